"""Parse the engine's own style sheet, as `qexport.layout.weasyprint.engine_styles` loads it.

To be run when WeasyPrint, tinycss2 or cssselect2 has another version, which a test of that module reports:
`python -m tools.parse_engine_styles`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import tinycss2
from cssselect2 import compile_selector_list
from tinycss2.ast import IdentToken

from qexport.layout.weasyprint.engine_styles import KEPT, digest_sheet, find_versions
from qexport.layout.weasyprint.setup import engine


def parse_styles() -> str:
    """Return what the engine makes of its style sheet, as JSON."""
    texts: dict[Any, str] = {}
    """Selectors in CSS, by their tests."""

    def compile_noting(prelude: Any) -> Any:
        compiled = compile_selector_list(prelude)
        pieces: list[list[Any]] = [[]]
        for each in prelude:
            if each == ",":
                pieces.append([])
            else:
                pieces[-1].append(each)
        for selector, piece in zip(compiled, pieces, strict=True):
            texts[selector.test] = tinycss2.serialize(piece).strip()
        return compiled

    css, html = engine().css, engine().html
    validation = css.validation
    counters = css.counters.CounterStyle()
    validation.compile_selector_list = compile_noting
    try:
        sheet = engine().CSS(string=html.UA, counter_style=counters)
    finally:
        validation.compile_selector_list = compile_selector_list
    matcher = sheet.matcher
    if any((matcher.id_selectors, matcher.class_selectors, matcher.namespace_selectors)) or sheet.layers:
        raise ValueError("the engine's style sheet has selectors that are not kept")
    rules: dict[int, list[Any]] = {}

    def write_selectors(entries: Sequence[Any]) -> list[Any]:
        written = []
        for test, specificity, order, pseudo, (declarations, _) in entries:
            rules.setdefault(id(declarations), declarations)
            place = list(rules).index(id(declarations))
            written.append([texts[test], list(specificity), order, pseudo, place])
        return written

    names = {name: write_selectors(each) for name, each in matcher.lower_local_name_selectors.items()}
    others = write_selectors([*matcher.lang_attr_selectors, *matcher.other_selectors])
    if matcher.lang_attr_selectors:
        raise ValueError("the engine's style sheet has selectors that are not kept")
    kept = {
        "versions": find_versions(),
        "sheets": [digest_sheet(each) for each in (html.UA, html.UA_FORM, html.PH)],
        "order": matcher.order,
        "rules": [[_write(each) for each in declarations] for declarations in rules.values()],
        "names": names,
        "others": others,
        "pages": [_write(tuple(rest)) for _, *rest in sheet.page_rules],
        "counters": _write(dict(counters)),
    }
    return _in_lines(kept) + "\n"


def _write(value: Any) -> Any:
    """Return a value for JSON: a tuple as a list, others with their kind."""
    name = type(value).__name__
    if name in ("Dimension", "PageSelectorType"):
        return {name: [_write(each) for each in value]}
    if isinstance(value, IdentToken):
        return {name: [value.source_line, value.source_column, value.value]}
    if isinstance(value, dict):
        return {name: {key: _write(each) for key, each in value.items()}}
    if isinstance(value, tuple | list | set):
        written = [_write(each) for each in (sorted(value) if isinstance(value, set) else value)]
        return written if isinstance(value, tuple) else {name: written}
    if not (value is None or isinstance(value, str | int | float)):
        raise TypeError(f"no kind for {type(value)}")
    return value


def _in_lines(kept: Mapping[str, Any]) -> str:
    """Return it with a rule, a selector, a page and a counter on a line each."""
    parts = []
    for name, value in kept.items():
        inside = json.dumps(value)
        if isinstance(value, list) and name != "sheets":
            inside = "[\n{}\n]".format(",\n".join(map(json.dumps, value)))
        if name == "names":
            inside = "{{\n{}\n}}".format(
                ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            )
        parts.append(f"{json.dumps(name)}: {inside}")
    return "{{\n{}\n}}".format(",\n".join(parts))


def main(_: Sequence[str] = ()) -> int:
    KEPT.write_text(parse_styles(), "ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
