"""Styles, computed once for all documents in which they are computed from the same declarations."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import tinycss2
from weasyprint import css
from weasyprint.css.computed_values import COMPUTER_FUNCTIONS, PHYSICAL_FUNCTIONS

MOST_STYLES = 3000
"""Kept styles. A handbook has 400 of them, at 4 kB each; if there are more, all are forgotten."""

_roots: dict[Any, Any] = {}
"""Kept styles of root elements; each knows those below it."""

_styles_counted = [0]


def forget_styles() -> None:
    """Forget all kept styles."""
    _roots.clear()
    _styles_counted[0] = 0


_LOGICAL = frozenset(
    function(block="ttb", inline=direction)
    for function in PHYSICAL_FUNCTIONS.values()
    for direction in ("ltr", "rtl")
)
"""Properties that go by the direction of writing."""

BOX_EDGES = frozenset(
    f"{kind}_{side}" for kind in ("margin", "padding") for side in ("top", "right", "bottom", "left")
)

_ALONE = BOX_EDGES | {"anchor", "counter_increment", "counter_reset", "counter_set", "overflow"}
"""Properties a style may be given by layout without any other of its properties being another for it."""


_PLAIN = (
    frozenset(css.INITIAL_VALUES) - frozenset(COMPUTER_FUNCTIONS) - frozenset(PHYSICAL_FUNCTIONS) - {"anchor"}
)

_SPECIFIED = frozenset(("position", "float", "display"))
"""Properties whose specified values a style keeps, too."""

_KEYWORDS = ("inherit", "initial")

_set_item = dict.__setitem__


class DependsOnPage(BaseException):
    """A value is measured in the size of a document's first page. No Exception: WeasyPrint passes over those."""


class _NoPage(dict[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise DependsOnPage


class _StyleFacts:
    """What is known of a kept style."""

    kept = None
    """It has no twin itself."""
    square = strut = layout = text = None

    plain_of = -1

    @property
    def plain(self) -> dict[str, Any]:
        """What is known that nothing else is computed from, nor from anything but the parent."""
        if self.plain_of != len(self):  # type: ignore[arg-type]
            self.plain_of = len(self)  # type: ignore[arg-type]
            self._plain = {key: self[key] for key in self.keys() & _PLAIN}  # type: ignore[attr-defined, index]
        return self._plain

    @cached_property
    def sizes(self) -> dict[Any, dict[str, Any]]:
        return {}

    @cached_property
    def anonymous_style(self) -> Any:
        return _KeptAnonymous(self)


class _KeptAnonymous(_StyleFacts, css.AnonymousStyle):  # type: ignore[misc]
    pass


class _Kept(_StyleFacts, css.ComputedStyle):  # type: ignore[misc]
    """A style that no document sees."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.own = _taken_from_parent(self.cascaded)
        self.below: dict[Any, Any] = {}
        self.depends_on_page = False

    def __missing__(self, key: str) -> Any:
        if self.depends_on_page:
            raise DependsOnPage
        try:
            return super().__missing__(key)
        except DependsOnPage:
            self.clear()
            self.depends_on_page = True
            raise


class Computed(css.ComputedStyle):  # type: ignore[misc]
    """A style of a document, which takes its values from a kept one.

    A style is a function of its parent's, of the declarations that apply, and of the document's base address, fonts and
    page size. The first four are what a kept style is found by: declarations by their identity, as those of a style
    sheet that is read once are the same objects, which the kept style holds. What depends on the page is not kept.

    It stays the document's own object, with the values that layout gives to it. From then on it computes what it still
    lacks as usual, unless nothing else depends on what it was given.
    """

    kept: Any = None
    own: frozenset[str] = frozenset()
    resized = False
    """Whether layout has given it other margins or padding."""

    def __init__(  # noqa: PLR0917  # as the engine calls it
        self,
        parent_style: Any,
        cascaded: dict[str, Any],
        pseudo_type: Any,
        root_style: Any,
        base_url: Any,
        font_config: Any,
        initial_page_sizes: Any,
    ) -> None:
        super().__init__(
            parent_style, cascaded, pseudo_type, root_style, base_url, font_config, initial_page_sizes
        )
        if parent_style is None:
            parent, root, below = None, css.InitialStyle(font_config), _roots
        else:
            parent, root = parent_style.kept, root_style.kept
            if parent is None or root is None:
                return
            below = parent.below
        key = (
            pseudo_type,
            base_url,
            id(font_config),
            0 if parent is None else id(root),
            *_signature(cascaded),
        )
        kept = below.get(key)
        if kept is None:
            _styles_counted[0] += 1
            if _styles_counted[0] > MOST_STYLES:
                gc.unfreeze()  # they are cycles, and were among what garbage is no longer looked for in
                forget_styles()  # those of the document at hand keep theirs
            kept = _Kept(parent, cascaded, pseudo_type, root, base_url, font_config, _NoPage())
            below[key] = kept
        if kept.depends_on_page or kept.own is None:
            return
        self.kept = kept
        self.own = kept.own
        self.specified = kept.specified
        if not kept.own:
            self.update(kept.plain)
        place = cascaded["anchor"][0] if "anchor" in cascaded else None
        if isinstance(place, str) and place in _KEYWORDS:
            self.own = kept.own | {"anchor"}
        else:
            _set_item(self, "anchor", place)
        if not kept.own.isdisjoint(BOX_EDGES):
            self.resized = True

    def copy(self) -> Any:
        """Return a copy whose values are all computed."""
        same = super().copy()
        same.compute()  # layout makes copies to change them
        return same

    def compute(self) -> None:
        """Compute from now on what is lacking."""
        if self.kept is not None:
            self.kept = None
            self.specified = self.specified.copy()

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in _ALONE:
            self.compute()
        elif key in BOX_EDGES:
            self.resized = True
        _set_item(self, key, value)

    def __missing__(self, key: str) -> Any:
        kept = self.kept
        if kept is None:
            return super().__missing__(key)
        if key in self.own:
            self.compute()
            value = super().__missing__(key)
            self.kept = kept
            return value
        try:
            value = kept[key]
        except DependsOnPage:
            self.compute()
            return super().__missing__(key)
        if key in _SPECIFIED and self.specified is not kept.specified:
            self.specified = kept.specified | self.specified
        _set_item(self, key, value)
        return value


class Anonymous(css.AnonymousStyle):  # type: ignore[misc]
    """A style of an anonymous box, which takes its values from that of the kept parent."""

    kept: Any = None
    resized = False

    def __init__(self, parent_style: Any) -> None:
        super().__init__(parent_style)
        if parent_style.kept is not None:
            self.kept = parent_style.kept.anonymous_style
            self.update(self.kept.plain)

    def copy(self) -> Any:
        """Return a copy that remembers nothing."""
        same = super().copy()
        same.kept = None
        return same

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in _ALONE:
            self.kept = None
        elif key in BOX_EDGES:
            self.resized = True
        _set_item(self, key, value)

    def __missing__(self, key: str) -> Any:
        kept = self.kept
        if kept is None or self.parent_style.kept is not kept.parent_style:
            self.kept = None
            return super().__missing__(key)
        try:
            value = kept[key]
        except DependsOnPage:
            self.kept = None
            return super().__missing__(key)
        _set_item(self, key, value)
        return value


def _signature(cascaded: Mapping[str, Any]) -> list[Any]:
    """Return what distinguishes declarations from others, as long as both are there.

    A language and an id are no declarations of the style sheet: a language is recognised by its value, and an id
    is never kept.
    """
    signature: list[Any] = []
    for name, (value, _) in cascaded.items():
        if name == "anchor":
            continue
        signature.append(name)
        signature.append(value if name == "lang" and _is_language(value) else id(value))
    if not _LOGICAL.isdisjoint(cascaded):  # the weightier of `margin-left` and `margin-inline-start` counts
        signature += [weight for _, weight in cascaded.values()]
    return signature


def _is_language(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(word, str) for word in value)


def _taken_from_parent(cascaded: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the properties that are taken from the parent though they are not inherited.

    Layout may have given the parent others. None if it cannot be known which these are.
    """
    own = set()
    for name, (value, _) in cascaded.items():
        if value == "inherit" and name not in css.INHERITED:
            if name in _LOGICAL:
                return None
            own.add(name)
        elif isinstance(value, css.Pending):
            if any(map(_says_inherit, value.tokens)):
                return None
        elif name.startswith("__") and not isinstance(value, str) and any(map(_says_inherit, value)):
            return None
    return frozenset(own)


def _says_inherit(token: Any) -> bool:
    return "inherit" in tinycss2.serialize([token]).lower()
