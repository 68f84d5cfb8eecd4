"""Themes: folders that override what they extend; style sheets with their variables filled in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qexport.common.errors import InputRefused, UsageError
from qexport.content.templates import templates_folder
from qexport.content.themes import find_theme, join_styles, list_built_in, read_ejected

KNOWN = "known: classic, modern, mono, pocket, tablet, tablet-dark"


def make(folder: Path, toml: str = 'description = "Mine"\nextends = "classic"\n', **files: str) -> Path:
    """A theme's folder; `handbook__cover` is handbook/cover.html.j2, `css` is theme.css."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "theme.toml").write_text(toml, "utf-8")
    for name, text in files.items():
        path = folder / ("theme.css" if name == "css" else f"{name.replace('__', '/')}.html.j2")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def complaints(refused: InputRefused) -> list[tuple[str, str]]:
    return [(str(problem), problem.hint) for problem in refused.problems]


# Finding a theme


def test_the_themes_that_are_built_in() -> None:
    assert list_built_in() == ("classic", "modern", "mono", "pocket", "tablet", "tablet-dark")


@pytest.mark.parametrize(
    ("name", "folders"),
    [("classic", ["classic"]), ("modern", ["modern", "classic"]), ("mono", ["mono", "classic"])],
)
def test_a_built_in_theme_stands_on_classic(name: str, folders: list[str]) -> None:
    found = find_theme(name)
    assert found.name == name
    assert [folder.name for folder in found.folders] == folders
    assert found.description


def test_a_theme_is_a_folder_with_a_theme_toml(tmp_path: Path) -> None:
    found = find_theme(str(make(tmp_path / "mine")))
    assert (found.name, found.description) == ("mine", "Mine")
    assert found.folders == (tmp_path / "mine", templates_folder() / "themes" / "classic")


def test_a_theme_without_a_description_has_that_of_what_it_extends(tmp_path: Path) -> None:
    assert (
        find_theme(str(make(tmp_path / "mine", 'extends = "mono"\n'))).description
        == find_theme("mono").description
    )


def test_a_theme_may_extend_one_that_extends_another(tmp_path: Path) -> None:
    make(tmp_path / "base", 'extends = "modern"\n')
    top = make(tmp_path / "top", 'extends = "../base"\n')  # from where it stands, wherever one is
    assert [folder.name for folder in find_theme(str(top)).folders] == ["top", "base", "modern", "classic"]


def test_a_theme_may_stand_on_nothing(tmp_path: Path) -> None:
    assert find_theme(str(make(tmp_path / "bare", ""))).folders == (tmp_path / "bare",)


@pytest.mark.parametrize(("name", "hint"), [("clasic", "did you mean 'classic'? "), ("nowhere/at/all", "")])
def test_an_unknown_theme_names_the_known_ones(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_theme(name)
    assert caught.value.message == f"no theme {name!r}"
    assert caught.value.hint == f"{hint}{KNOWN}; or a folder with a theme.toml"


def test_a_folder_without_a_theme_toml_is_no_theme(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no theme"):
        find_theme(str(tmp_path))


def test_themes_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    make(tmp_path / "hen", 'extends = "../egg"\n')
    make(tmp_path / "egg", 'extends = "../hen"\n')
    with pytest.raises(InputRefused) as caught:
        find_theme(str(tmp_path / "hen"))
    assert complaints(caught.value) == [
        (
            f"{tmp_path / 'egg' / 'theme.toml'}: theme '../hen' extends itself",
            "let one of the themes extend a built-in one",
        )
    ]


def test_a_theme_that_extends_none_there_is_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", 'extends = "clasic"\n')
    with pytest.raises(InputRefused) as caught:
        find_theme(str(folder))
    assert complaints(caught.value) == [
        (
            f"{folder / 'theme.toml'}: extends 'clasic', which is not a theme",
            f"did you mean 'classic'? {KNOWN}; or a folder with a theme.toml",
        )
    ]


@pytest.mark.parametrize(
    ("toml", "message", "hint"),
    [
        (
            "description = Mine\n",
            "not TOML: Invalid value (at line 1, column 15)",
            'write description = "…" and extends = "classic"',
        ),
        (
            'extend = "classic"\n',
            "unknown setting 'extend'",
            "a theme has description and extends, both text",
        ),
        (
            "extends = 1\n",
            "unknown setting 'extends'",
            "a theme has description and extends, both text",
        ),
    ],
)
def test_a_theme_toml_that_says_something_else_is_refused(
    tmp_path: Path, toml: str, message: str, hint: str
) -> None:
    folder = make(tmp_path / "mine", toml)
    with pytest.raises(InputRefused) as caught:
        find_theme(str(folder))
    assert complaints(caught.value) == [(f"{folder / 'theme.toml'}: {message}", hint)]


def test_a_theme_toml_in_another_encoding_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "mine")
    (folder / "theme.toml").write_bytes('description = "Schön"\n'.encode("latin-1"))
    with pytest.raises(InputRefused) as caught:
        find_theme(str(folder))
    assert complaints(caught.value) == [
        (f"{folder / 'theme.toml'}: not UTF-8: byte 0xf6", "save it as UTF-8")
    ]


# What a theme overrides


def test_a_theme_replaces_templates_of_the_book(tmp_path: Path) -> None:
    mine = find_theme(str(make(tmp_path / "mine", handbook__blank="<html lang=x><title>t</title>Mine")))
    assert mine.templates().render("handbook/blank.html.j2") == "<html lang=x><title>t</title>Mine"
    frame = {"language": "en", "direction": "ltr", "title": "T", "name": "N"}
    assert "Mine" not in find_theme("classic").templates().render("handbook/blank.html.j2", **frame)


def test_a_template_that_is_replaced_may_use_the_built_in_ones(tmp_path: Path) -> None:
    source = '{% import "handbook/marks.html.j2" as marks %}{{ marks.difficulty(3) }}'
    mine = find_theme(str(make(tmp_path / "mine", handbook__blank=source)))
    assert "<title>difficulty 3 of 10</title>" in mine.templates().render("handbook/blank.html.j2")


def test_an_unknown_name_in_a_theme_s_template_is_named_with_its_line(tmp_path: Path) -> None:
    mine = find_theme(str(make(tmp_path / "mine", handbook__blank="<html>\n<p>{{ titel }}</p>\n")))
    with pytest.raises(InputRefused) as caught:
        mine.templates().render("handbook/blank.html.j2", title="T")
    path = tmp_path / "mine" / "handbook" / "blank.html.j2"
    assert complaints(caught.value) == [(f"{path}:2: 'titel' is undefined", "did you mean 'title'?")]


def test_a_theme_cannot_read_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", "utf-8")
    mine = find_theme(str(make(tmp_path / "mine", handbook__blank='{% include "../secret.txt" %}')))
    with pytest.raises(InputRefused) as caught:
        mine.templates().render("handbook/blank.html.j2")
    path = tmp_path / "mine" / "handbook" / "blank.html.j2"
    assert complaints(caught.value) == [
        (
            f"{path}:1: there is no template '../secret.txt'",
            f"looked in {tmp_path / 'mine'}, {templates_folder() / 'themes' / 'classic'}, {templates_folder()}",
        )
    ]


def test_a_link_out_of_a_theme_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", "utf-8")
    for name in ("theme.css", "handbook/blank.html.j2"):
        folder = make(tmp_path / "mine", css="", handbook__blank="")
        (folder / name).unlink()
        (folder / name).symlink_to(tmp_path / "secret")
        with pytest.raises(InputRefused) as caught:
            find_theme(str(folder)).digest()
        wrong = "this is outside the theme's folder"
        assert complaints(caught.value) == [
            (f"{folder / name}: {wrong}", "put a file in its place, or nothing")
        ]
        (folder / name).unlink()


def test_a_pipe_in_a_theme_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    folder = make(tmp_path / "mine")
    os.mkfifo(folder / "theme.css")
    with pytest.raises(InputRefused) as caught:
        find_theme(str(folder)).styles()
    assert complaints(caught.value) == [
        (
            f"{folder / 'theme.css'}: this is a pipe, not an ordinary file",
            "put a file in its place, or nothing",
        )
    ]


def test_styles_come_from_the_bottom_to_the_top(tmp_path: Path) -> None:
    mine = find_theme(str(make(tmp_path / "mine", 'extends = "mono"\n', css=":root { --ink: red }")))
    assert [name for name, _ in mine.styles()] == ["mono/theme.css", "mine/theme.css"]


def test_a_style_sheet_in_another_encoding_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "mine")
    (folder / "theme.css").write_bytes("/* Grün */".encode("latin-1"))
    with pytest.raises(InputRefused) as caught:
        find_theme(str(folder)).styles()
    assert complaints(caught.value) == [(f"{folder / 'theme.css'}: not UTF-8: byte 0xfc", "save it as UTF-8")]


def test_the_digest_of_a_theme_changes_with_its_files(tmp_path: Path) -> None:
    folder = make(tmp_path / "mine")
    before = find_theme(str(folder)).digest()
    make(folder, css=":root { --ink: red }")
    assert find_theme(str(folder)).digest() != before


# Ejecting one


def test_an_ejected_theme_extends_what_it_came_from_and_changes_nothing(tmp_path: Path) -> None:
    files = read_ejected("modern")
    for name, data in files.items():
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    mine = find_theme(str(tmp_path / "mine"))
    assert mine.description == "My own, from modern"
    assert [folder.name for folder in mine.folders] == ["mine", "modern", "classic"]
    assert join_styles(mine.styles()) == join_styles(
        [*find_theme("modern").styles(), *find_theme("modern").styles()]
    )


def test_no_theme_is_ejected_that_is_not_there() -> None:
    with pytest.raises(UsageError) as caught:
        read_ejected("modem")
    assert (caught.value.message, caught.value.hint) == (
        "no theme 'modem'",
        f"did you mean 'modern'? {KNOWN}",
    )


# Variables


def test_the_last_setting_of_a_variable_counts_everywhere() -> None:
    sheets = [
        (
            "one.css",
            ":root { --ink: red; --edge: 1pt }\n@page { margin: var(--edge) }\na { color: var(--ink) }",
        ),
        ("two.css", ":root { --ink: blue }"),
    ]
    assert join_styles(sheets).strip() == "@page { margin: 1pt }\na { color: blue }"


def test_a_variable_may_be_made_of_others() -> None:
    sheets = [
        ("one.css", ":root { --a: calc(var(--b) * 2); --b: var( --c ); --c: 3pt }\np { margin: var(--a) }")
    ]
    assert join_styles(sheets).strip() == "p { margin: calc(3pt * 2) }"


def test_what_is_commented_out_is_no_setting() -> None:
    sheets = [("one.css", ":root { --a: 1pt; /* --a: 2pt */ }\n/* var(--none) */ p { margin: var(--a) }")]
    assert join_styles(sheets).strip() == "p { margin: 1pt }"


def test_every_unknown_variable_is_named_with_its_place_and_what_was_meant() -> None:
    sheets = [
        ("one.css", ":root { --ink: red }\n/* two\nlines */ p { color: var(--inc) }"),
        ("my/theme.css", "a { top: var(--x) }"),
    ]
    with pytest.raises(InputRefused) as caught:
        join_styles(sheets)
    assert complaints(caught.value) == [
        ("one.css:3:21: unknown variable --inc", "did you mean '--ink'? known: --ink"),
        ("my/theme.css:1:10: unknown variable --x", "known: --ink"),
    ]


def test_a_variable_that_is_set_by_itself_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        join_styles([("one.css", ":root { --a: var(--b); --b: var(--a) }\np { margin: var(--a) }")])
    assert complaints(caught.value) == [("one.css: variable --a is set by itself", "give it a value")]
