"""Templates get values and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import Markup

from qexport.common.errors import QexportError
from qexport.content.templates import Templates, templates_folder


def render(folder: Path, template: str, **values: object) -> str:
    (folder / "t.html.j2").write_text(template, encoding="utf-8")
    return Templates((folder,)).render("t.html.j2", **values)


def test_everything_but_markup_is_escaped(tmp_path: Path) -> None:
    values = {"text": "<b>'\"&", "html": Markup("<i>")}
    assert render(tmp_path, "{{ text }}{{ html }}", **values) == "&lt;b&gt;&#39;&#34;&amp;<i>"
    assert render(tmp_path, "{{ text | prose('plain') }}", **values) == "<p>&lt;b&gt;'\"&amp;</p>"


def test_text_that_looks_like_a_template_is_text(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ text }}", text="{{ 7*7 }}{% x %}") == "{{ 7*7 }}{% x %}"


def test_templates_get_no_object_with_methods_of_its_own(tmp_path: Path) -> None:
    for value in (tmp_path, [tmp_path], {"a": (tmp_path,)}):
        with pytest.raises(TypeError):
            render(tmp_path, "", value=value)


def test_the_first_folder_that_has_a_template_decides(tmp_path: Path) -> None:
    for name, files in (("theme", ("a",)), ("built-in", ("a", "b"))):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(f"{file} of {name}", encoding="utf-8")
    templates = Templates((tmp_path / "theme", tmp_path / "built-in"))
    assert [templates.render("a"), templates.render("b")] == ["a of theme", "b of built-in"]
    assert templates.source("b") == "b of built-in"
    with pytest.raises(QexportError) as caught:
        templates.source("c")
    assert caught.value.message == "no template 'c'"
    assert caught.value.hint == f"looked in {tmp_path / 'theme'}, {tmp_path / 'built-in'}"


def test_every_built_in_template_compiles() -> None:
    folder = templates_folder()
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.j2"))
    assert names
    for name in names:
        Templates()._environment.get_template(name)
