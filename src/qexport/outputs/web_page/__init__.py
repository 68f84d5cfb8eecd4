"""The page: one HTML file to read, search and study in a browser, without a network."""

from __future__ import annotations

from qexport.outputs.declaration import Output
from qexport.outputs.options import CommonOptions

WEB_PAGE_ENDING = ".html"

OUTPUT = Output(
    name="web",
    summary="one HTML file to search and study in a browser",
    module="qexport.outputs.web_page.page",
    options=CommonOptions,
    endings=lambda _: (WEB_PAGE_ENDING,),
    also_called=("html", "page", "website", "web-page"),
    lays_out_pages=False,
)
