"""The cheat sheet: questions and short answers on a sheet that folds."""

from __future__ import annotations

from qexport.outputs.declaration import Output
from qexport.outputs.options import PaperOptions

CHEAT_SHEET_ENDING = "-cheatsheet.pdf"

OUTPUT = Output(
    name="cheatsheet",
    summary="questions and short answers on a sheet that folds (PDF)",
    module="qexport.outputs.cheat_sheet.document",
    options=PaperOptions,
    label="cheat_sheet",
    guide="bundle/print-handbook.html.j2",
    endings=lambda _: (CHEAT_SHEET_ENDING,),
    also_called=("cheat-sheet", "cheat_sheet"),
)
