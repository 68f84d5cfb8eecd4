"""Themes meant to do harm, by the command line: each is ended or refused with its file and line, none reads elsewhere.

What a template may do is the sandbox's own matter: tests/unit/test_template_sandbox.py.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from qexport.cli.main import program
from qexport.common.limits import Limits

BANK = "questions:\n- {id: A, question: Why?, answer: So.}\n"
NO_FILE = "put a file in its place, or nothing"
LEADS_OUT = "this leads out of the theme's folder"


@dataclass
class Done:
    """How a run of the program ended."""

    status: int
    out: str
    err: str


def build(*words: str) -> Done:
    words = ("build", "--format", "handbook", "--theme", "mine", "--no-cache", "--file-name", "x", *words)
    result = CliRunner().invoke(program, words, prog_name="qexport", terminal_width=100)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def refused(*lines: tuple[str, str], status: int = 3) -> Done:
    told = "".join(
        f"qexport: error: {each}\n" + (f"  hint: {hint}\n" if hint else "") for each, hint in lines
    )
    return Done(status, "", told)


@pytest.fixture(autouse=True)
def in_a_folder_with_a_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("questions.yaml").write_text(BANK)
    Path("secret").write_text("secret")
    Path("mine/handbook").mkdir(parents=True)
    Path("mine/theme.toml").write_text('extends = "classic"\n')


TEMPLATES = {
    "a wrong name": (
        "<html>\n{{ titel }}",
        refused(("mine/handbook/cover.html.j2:2: 'titel' is undefined", "did you mean 'title'?")),
    ),
    "a wrong sign": (
        "<html>\n\n{{ title",
        refused(
            (
                "mine/handbook/cover.html.j2:3: unexpected end of template, expected 'end of print statement'.",
                "",
            )
        ),
    ),
    "a way to Python": (
        "<html>{{ ''.__doc__ }}",
        refused(
            ("mine/handbook/cover.html.j2:1: access to attribute '__doc__' of 'str' object is unsafe.", "")
        ),
    ),
    "a link to elsewhere": (
        "<html>{% include 'handbook/link.j2' %}",
        refused(("mine/handbook/link.j2: " + LEADS_OUT, NO_FILE)),
    ),
    "a loop that is too long": (
        "<html>\n{% for a in range(5000) %}{% endfor %}",
        refused(
            (
                "mine/handbook/cover.html.j2:2: this takes more than 3,000 steps",
                f"see whether it ends; {Limits(template_steps=3_000).hint('template-steps')}",
            ),
            status=7,
        ),
    ),
    "itself within itself": (
        "<html>{% include 'handbook/cover.html.j2' %}",
        refused(
            (
                "mine/handbook/cover.html.j2:1: this includes or calls itself without an end",
                "let it end, or nest less",
            ),
            status=7,
        ),
    ),
}


@pytest.mark.parametrize(("template", "done"), TEMPLATES.values(), ids=TEMPLATES)
def test_templates(template: str, done: Done) -> None:
    if "link.j2" in template:
        Path("mine/handbook/link.j2").symlink_to("../../secret")
    Path("mine/handbook/cover.html.j2").write_text(template)
    less = ("--allow", "template-steps=3000") if "range" in template else ()
    assert build(*less) == done
    assert not Path("out").exists()


DRAW_IT = "draw it in CSS, or leave it out"
STYLES = {
    "a file of 10 MB": (
        "/" * 10_000_001,
        refused(("mine/theme.css: this is larger than 10 MB", NO_FILE)),
    ),
}


@pytest.mark.parametrize(("style", "done"), STYLES.values(), ids=STYLES)
def test_styles(style: str, done: Done) -> None:
    Path("mine/theme.css").write_text(style)
    assert build() == done
    assert not Path("out").exists()


def test_what_a_style_would_fetch_is_told_and_not_fetched() -> None:
    Path("mine/theme.css").write_text(
        "h2 { background: url(file:///qx/marker) }\n  @import 'http://qx-marker.invalid/';\n"
        "@font-face { src: URL( 'x.ttf' ) }\nh2 { background: image-set('x.png' 1x) } a { cursor: url('data:x') }"
    )
    done = build()
    assert (done.status, done.err) == (
        0,
        (
            f"qexport: warning: mine/theme.css:1:18: url(…) is not fetched\n  hint: {DRAW_IT}\n"
            "qexport: warning: mine/theme.css:2:3: @import is not fetched\n  hint: write what it imports here\n"
            f"qexport: warning: mine/theme.css:3:19: url(…) is not fetched\n  hint: {DRAW_IT}\n"
            f"qexport: warning: mine/theme.css:4:18: image-set(…) is not fetched\n  hint: {DRAW_IT}\n"
        ),
    )


@pytest.mark.parametrize(
    "style", ["h2 { font-size: large-ish; width: 3 px }", "}}} {{{ garbage", "h2 { orphans: -1 }"]
)
def test_a_style_that_makes_no_sense_is_left_out(style: str) -> None:
    Path("mine/theme.css").write_text(style)
    assert build().status == 0


def test_layout_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_unit: object) -> None:
        while True:
            pass

    monkeypatch.setattr("qexport.layout.scheduler.lay_out_unit", endless)
    assert build("--jobs", "1", "--allow", "layout-seconds=1") == refused(
        (
            "layout of a question, or a list, takes more than 1 seconds",
            f"see whether the theme's CSS asks too much; {Limits(layout_seconds=1).hint('layout-seconds')}",
        ),
        status=7,
    )


def test_layout_that_goes_too_deep_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(unit: object) -> None:
        deep(unit)

    monkeypatch.setattr("qexport.layout.scheduler.lay_out_unit", deep)
    assert build("--jobs", "1") == refused(
        ("layout of a question, or a list, goes too deep", "see whether the theme's CSS nests too much"),
        status=7,
    )
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["theme.css", "theme.toml"])
def test_a_pipe_or_a_link_in_a_theme_is_refused(name: str) -> None:
    path = Path("mine", name)
    path.unlink(missing_ok=True)
    path.symlink_to("../secret")
    assert build() == refused((f"mine/{name}: {LEADS_OUT}", NO_FILE))
    if name == "theme.css":
        path.unlink()
        os.mkfifo(path)
        assert build() == refused((f"mine/{name}: this is no file", NO_FILE))


def test_a_theme_that_extends_itself_is_refused() -> None:
    Path("mine/theme.toml").write_text('extends = "."\n')
    assert build() == refused(
        ("mine/theme.toml: theme '.' extends itself", "let one of the themes extend a built-in one")
    )
