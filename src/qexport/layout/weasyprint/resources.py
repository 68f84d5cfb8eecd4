"""What a document may fetch: the files it is given, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

PLACE_PREFIX = "qx:"
"""What a link to a place in the book begins with: it is the base of all addresses, too."""


def fetcher(files: Mapping[str, bytes]) -> Any:
    """Return a fetcher that knows these files by their URLs and nothing else: no network, no disk."""
    return _fetcher_class()(files)


@cache
def _fetcher_class() -> Any:
    from weasyprint import urls

    class Files(urls.URLFetcher):  # type: ignore[misc]
        def __init__(self, files: Mapping[str, bytes]) -> None:
            # Not that of the base, which makes what opens a dozen kinds of addresses.
            self._fail_on_errors = False
            self.files = files

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002  # the engine calls it so
            if url not in self.files:
                raise ValueError(f"not fetched: {url}")
            return urls.URLFetcherResponse(url, self.files[url])

    return Files
