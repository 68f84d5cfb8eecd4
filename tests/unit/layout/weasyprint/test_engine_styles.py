"""The engine's style sheet that is kept is what the engine makes of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from tools.parse_engine_styles import parse_styles

from qexport.layout.weasyprint import engine_styles
from qexport.layout.weasyprint.setup import engine


def test_what_is_kept_is_of_the_installed_engine() -> None:
    """Else `python -m tools.parse_engine_styles` makes it again."""
    engine()
    assert engine_styles.KEPT.read_text("ascii") == parse_styles()


def test_the_engine_has_the_rules_it_would_have_parsed() -> None:
    engine()
    from weasyprint import CSS, html
    from weasyprint.css.counters import CounterStyle

    counters = CounterStyle()
    parsed, ours = CSS(string=html.UA, counter_style=counters), html.UA_STYLESHEET
    names = parsed.matcher.lower_local_name_selectors
    assert ours.matcher.lower_local_name_selectors.keys() == names.keys()
    for name, entries in names.items():
        found = ours.matcher.lower_local_name_selectors[name]
        assert list(map(_say, found)) == list(map(_say, entries)), name
    own = {each[2] for each in ours.matcher.other_selectors}  # without those that are computed late
    assert list(map(_say, ours.matcher.other_selectors)) == [
        _say(each) for each in parsed.matcher.other_selectors if each[2] in own
    ]
    assert len(own) > 10
    assert ours.matcher.order == parsed.matcher.order
    assert [each[1:] for each in ours.page_rules] == [each[1:] for each in parsed.page_rules]
    assert dict(html.UA_COUNTER_STYLE) == dict(counters)


def _say(entry: Any) -> Any:
    """Return what a selector and its declarations are, with the code of its test."""
    test, *rest = entry
    return test.__code__.co_code, test.__code__.co_consts, test.__code__.co_names, repr(rest)


@pytest.mark.parametrize("change", ["kept['versions']['tinycss2'] = '0'", "kept['sheets'] = []"])
def test_with_other_versions_the_engine_parses_as_ever(change: str) -> None:
    program = (
        "import json; from qexport.layout.weasyprint import engine_styles, setup\n"
        "read = json.loads\n"
        "def changed(text):\n"
        f" kept = read(text); {change}; return kept\n"
        "engine_styles.json.loads = changed\n"
        "setup.engine()\n"
        "from weasyprint import html\n"
        "sheets = html.UA_STYLESHEET.matcher, html.PH_STYLESHEET.matcher\n"
        "print(type(sheets[0].lower_local_name_selectors), len(sheets[1].other_selectors))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("<class 'dict'> 34\n", "")
