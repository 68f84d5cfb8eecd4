"""Themes meant to do harm, by the command line: each is ended or refused with its file and line, none reads elsewhere.

What a template may do is the sandbox's own matter: tests/unit/test_template_sandbox.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.commands import Done, run

from qexport.common.limits import Limits
from qexport.layout.fonts import find_bundled

BANK = "questions:\n- {id: A, question: Why?, answer: So.}\n"
NO_FILE = "put a file in its place, or nothing"
LEADS_OUT = "this is outside the theme's folder"


def build(*words: str) -> Done:
    options = ("--format", "handbook", "--theme", "mine", "--no-cache", "--file-name", "x")
    return run("build", *options, *words)


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
LOW = Limits(theme_file=200, theme_font=100, style=60_000, style_depth=12)
STYLES = {
    "brackets within each other": (
        ("style-depth=12",),
        "\n" + ":not(" * 13 + "a" + ")" * 13 + "{ color: red }",
        (
            "mine/theme.css:2: brackets are nested deeper than 12 levels",
            LOW.hint("style-depth"),
        ),
    ),
    "a file that is too large": (
        ("theme-file=200",),
        "/" * 201,
        ("mine/theme.css: this is larger than 200 bytes", LOW.hint("theme-file")),
    ),
    "variables that multiply": (
        ("style=60k",),
        ":root { --a: "
        + "x" * 3_000
        + "; --b: var(--a) var(--a) var(--a); --c: var(--b) var(--b) var(--b) }\n"
        "p { content: var(--c) var(--c) var(--c) }",
        (
            "mine/theme.css: with its variables filled in, the style is longer than 60,000 characters",
            f"see whether a variable is made of many others; {LOW.hint('style')}",
        ),
    ),
}


@pytest.mark.parametrize(("less", "style", "line"), STYLES.values(), ids=STYLES)
def test_styles(less: tuple[str, ...], style: str, line: tuple[str, str]) -> None:
    Path("mine/theme.css").write_text(style)
    allow = [word for each in less for word in ("--allow", each)]
    assert build(*allow) == refused(line, status=7)
    assert not Path("out").exists()


FONT = Path(next(iter(find_bundled().values())).path)


def with_longer_map(font: bytes) -> bytes:
    """Return a font whose character map says that it is longer than it is."""
    tables = {font[at : at + 4]: int.from_bytes(font[at + 8 : at + 12], "big") for at in range(12, 300, 16)}
    cmap = tables[b"cmap"]
    place = cmap + int.from_bytes(font[cmap + 8 : cmap + 12], "big")
    assert font[place : place + 2] == b"\0\4"
    return font[: place + 6] + b"\xff\xfe" + font[place + 8 :]


def test_fonts_are_ordinary_whole_files_of_the_theme() -> None:
    whole = FONT.read_bytes()
    fonts = Path("mine/fonts")
    fonts.mkdir()
    (fonts / "a.ttf").symlink_to("../../secret")
    (fonts / "b.ttf").mkdir()
    os.mkfifo(fonts / "c.ttf")
    (fonts / "d.ttf").write_bytes(whole[: len(whole) // 2])
    (fonts / "e.ttf").write_bytes(b"text")
    (fonts / "f.ttf").write_bytes(with_longer_map(whole))
    static = "take the family's static files, each a .ttf or .otf"
    assert build() == refused(
        ("mine/fonts/a.ttf: " + LEADS_OUT, NO_FILE),
        ("mine/fonts/b.ttf: this is a folder, not a file", NO_FILE),
        ("mine/fonts/c.ttf: this is a pipe, not an ordinary file", NO_FILE),
        ("mine/fonts/d.ttf: a damaged font: it is cut off, or its tables are not where it says", static),
        ("mine/fonts/e.ttf: not a TrueType or OpenType font", static),
        ("mine/fonts/f.ttf: a damaged font: it is cut off, or its tables are not where it says", static),
    )


def test_a_font_that_is_too_large_is_refused() -> None:
    Path("mine/fonts").mkdir()
    Path("mine/fonts/a.ttf").write_bytes(b"x" * 101)
    assert build("--allow", "theme-font=100") == refused(
        ("mine/fonts/a.ttf: this is larger than 100 bytes", LOW.hint("theme-font")), status=7
    )


def test_a_template_that_is_too_large_is_refused() -> None:
    Path("mine/handbook/cover.html.j2").write_text("<html>" + "x" * 200)
    assert build("--allow", "theme-file=200") == refused(
        ("mine/handbook/cover.html.j2: this is larger than 200 bytes", LOW.hint("theme-file")), status=7
    )


def test_a_long_chain_of_themes_is_no_circle() -> None:
    for number in range(25):
        Path(f"t{number}").mkdir()
        Path(f"t{number}/theme.toml").write_text(f'extends = "../t{number + 1}"\n')
    Path("mine/theme.toml").write_text('extends = "../t0"\n')
    done = build()
    assert (done.status, done.out) == (3, "")
    assert done.err.endswith(
        "more than 20 themes extend each other\n  hint: let one of the themes extend a built-in one\n"
    )


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
    def endless(*_arguments: object) -> None:
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
    def deep(*arguments: object) -> None:
        deep(*arguments)

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
        assert build() == refused((f"mine/{name}: this is a pipe, not an ordinary file", NO_FILE))


def test_a_theme_that_extends_itself_is_refused() -> None:
    Path("mine/theme.toml").write_text('extends = "."\n')
    assert build() == refused(
        ("mine/theme.toml: theme '.' extends itself", "let one of the themes extend a built-in one")
    )
