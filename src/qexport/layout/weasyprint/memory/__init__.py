"""What WeasyPrint computes again for each document, remembered from one to the next.

The documents of a book share a style sheet, fonts and most of their structure. Laid out alone, each computes the same
styles, resolves the same percentages and prepares the same fonts again. `table` lists the functions that are replaced
by ones that remember; each says what it remembers and why that is right, and calls what it replaced wherever its
assumption does not hold. A chunk is the same to the byte with memory and without, whatever was laid out before it
(`tests/unit/layout/weasyprint/memory`).

All of it hangs on *kept* styles (`styles`): a style of a document that is computed from the same declarations, below
the same parent, as one of a document before it has its twin here, which no document ever sees or changes.

The modules are to be imported after WeasyPrint, by `qexport.layout.weasyprint.setup.engine`.
"""
