"""Styles of pseudo-elements that few elements need, left until they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from weasyprint import css
from weasyprint.html import UA_STYLESHEET

_RARE_ELEMENTS = frozenset(
    ("marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback")
)
"""Pseudo-elements the engine's own style sheet gives to every element."""

_USUAL_ENTRIES = {
    entry[3]: entry
    for entry in UA_STYLESHEET.matcher.other_selectors
    if entry[3] in _RARE_ELEMENTS and not entry[0].__code__.co_names  # it looks at nothing: `::marker`
}
"""What the engine's own style sheet says of them: test, specificity, order, name, declarations and layer."""


OTHER_SELECTORS = [
    entry for entry in UA_STYLESHEET.matcher.other_selectors if entry is not _USUAL_ENTRIES.get(entry[3])
]
"""What the engine's own style sheet says of all else."""


class LateStyleFor(css.StyleFor):  # type: ignore[misc]
    """The styles of a document, without those that few elements need: each element was given six such."""

    def set_computed_styles(  # noqa: PLR0917  # as the engine calls it
        self,
        element: Any,
        parent: Any,
        root: Any = None,
        pseudo_type: str | None = None,
        base_url: Any = None,
        target_collector: Any = None,
    ) -> None:
        """Compute a style, or leave it until it is asked for."""
        if pseudo_type in _USUAL_ENTRIES:
            cascaded = self._cascaded_styles[element, pseudo_type] = _with_usual(
                pseudo_type, self._cascaded_styles.get((element, pseudo_type), {})
            )
            if "anchor" not in cascaded:
                self.__dict__.setdefault("later", {})[element, pseudo_type] = cascaded
                return
        elif element is root:
            self.root, self.base_url = root, base_url
        super().set_computed_styles(element, parent, root, pseudo_type, base_url, target_collector)

    def __call__(self, element: Any, pseudo_type: str | None = None) -> Any:
        """Return a style; compute it if it was left."""
        if pseudo_type in _USUAL_ENTRIES:
            styles = self._computed_styles
            if (element, pseudo_type) not in styles and (element, None) in styles:
                later = self.__dict__.get("later", {})
                cascaded = later.get((element, pseudo_type)) or _with_usual(pseudo_type, {})
                self._cascaded_styles[element, pseudo_type] = cascaded
                super().set_computed_styles(element, element, self.root, pseudo_type, self.base_url)
                del self._cascaded_styles[element, pseudo_type]
        return super().__call__(element, pseudo_type)


def _with_usual(pseudo_type: str | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what applies to a pseudo-element: what other style sheets say, and the engine's own."""
    _, specificity, _, _, (declarations, _) = _USUAL_ENTRIES[pseudo_type]
    usual = {
        name: (value, (css.declaration_precedence("user agent", importance), inf, specificity))
        for name, value, importance in declarations
    }
    return {**usual, **said}  # any other is weightier
