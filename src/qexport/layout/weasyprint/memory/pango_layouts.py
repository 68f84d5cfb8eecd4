"""Layouts of Pango: prepared once for each style, and kept for lines that are drawn as they were found."""

from __future__ import annotations

import re
from typing import Any

from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, gobject, pango

from qexport.layout.weasyprint.late_imports import MORE

ffi.cdef(MORE)

_Layout = line_break.Layout
_strut = line_break.strut
_PARAGRAPHS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class RememberingLayout(line_break.Layout):  # type: ignore[misc]
    """A layout of Pango that is copied from the one that was prepared for its style."""

    one_paragraph: bool | None = None
    """Whether it is in the mode for texts of one paragraph; None: it was not copied."""
    one_line: bool | None = None
    resting: bool | None = None
    """Whether it is kept though the engine put it away."""
    ends: int | None = None
    """Bytes of text that are drawn, if not all of it is."""
    plain: bool | None = None

    def setup(self, style: Any) -> None:
        """Copy the empty layout that was prepared for this style.

        It is made of the style and the fonts alone. A copy shares the context, which nobody changes, and has its own
        attributes.
        """
        kept = getattr(style, "kept", None)
        if kept is None:
            super().setup(style)
            return
        if kept.layout is None:
            empty = _Layout.__new__(_Layout)
            _Layout.setup(empty, style)
            if style.kept is not kept:  # a length of it was measured in the page
                super().setup(style)
                return
            pango.pango_layout_set_single_paragraph_mode(empty.layout, True)
            plain = not style["word_spacing"] and style["letter_spacing"] in ("normal", 0)
            if plain and style["overflow_wrap"] in ("anywhere", "break-word"):
                attributes = pango.pango_layout_get_attributes(empty.layout)
                if attributes == ffi.NULL:
                    attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
                pango.pango_attr_list_insert(attributes, pango.pango_attr_insert_hyphens_new(False))
                pango.pango_layout_set_attributes(empty.layout, attributes)
            kept.layout = {**empty.__dict__, "style": None, "plain": plain, "one_paragraph": True}
        self.__dict__.update(kept.layout)
        self.style = style
        self.ends = None
        self.layout = ffi.gc(pango.pango_layout_copy(kept.layout["layout"]), gobject.g_object_unref)

    def set_text(self, text: str, justify: bool = False) -> None:
        """Set a text that has no attributes of its own, as it will be drawn.

        Where words may break anywhere, WeasyPrint says for each text that this leaves no hyphens. The empty layout says
        so for all. And a text of one paragraph is set in the mode it is drawn in: else it would be shaped again.
        """
        one = self.__dict__.get("one_paragraph")
        if one is not None and (_PARAGRAPHS.search(text) is None) is not one:
            pango.pango_layout_set_single_paragraph_mode(self.layout, not one)
            self.one_paragraph = not one
        self.one_line = None
        if not self.plain or (justify and self.justification_spacing):
            super().set_text(text, justify)
            return
        end = text.find("\n")
        self.text = text = text if end < 0 else text[: end + 2]
        pango.pango_layout_set_text(self.layout, text.encode().replace(b"\0", b""), -1)
        if "\t" in text:
            self.set_tabs()

    def get_first_line(self) -> Any:
        """Note whether it is the only one."""
        line, index = super().get_first_line()
        self.one_line = index is None
        return line, index

    def deactivate(self) -> None:
        """Keep the layout of a line that is to be drawn as it is, to shape it again.

        Nothing of it would be other: it is one line, one paragraph, and its spaces are not stretched.
        """
        if self.one_paragraph and self.one_line and not (self.resting or self.justification_spacing):
            self.resting = True
        else:
            super().deactivate()

    def reactivate(self, style: Any) -> None:
        """Take up the layout that was kept."""
        if not (self.resting and self.__dict__.get("style") is style):
            super().reactivate(style)


def strut(style: Any) -> Any:
    """Return the strut that was found for this style."""
    kept = getattr(style, "kept", None)
    if kept is None:
        return _strut(style)
    found = kept.strut
    if found is None:
        found = _strut(style)
        if style.kept is kept:  # no length of it was measured in the page
            kept.strut = found
    return found
