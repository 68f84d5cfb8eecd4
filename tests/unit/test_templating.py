"""Text becomes safe HTML; templates get values and nothing else."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from markupsafe import Markup

from qexport.errors import InputRefused, LimitExceeded, Location, Problem, QexportError
from qexport.question import Question
from qexport.templating import Templates, breakable, inline, prose, question_view, templates_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("__init__ and *args and `x`", "<p>__init__ and *args and `x`</p>"),
        ("Dict[str int] -> List<int> & more", "<p>Dict[str int] -&gt; List&lt;int&gt; &amp; more</p>"),
        ('Python\'s "GIL"', '<p>Python\'s "GIL"</p>'),
        (
            "{{c1::x}} {% x %} \\(\\d+\\) $$z$$ [sound:x]",
            "<p>{{c1::x}} {% x %} \\(\\d+\\) $$z$$ [sound:x]</p>",
        ),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\n \n\ntwo\n", "<p>one</p>\n<p>two</p>"),
        ("if x:\n  y\n\tz", "<p>if x:<br>\u00a0\u00a0y<br>\u00a0\u00a0\u00a0\u00a0z</p>"),
        ("", ""),
    ],
)
def test_plain_text_is_literal(text: str, html: str) -> None:
    assert prose(text, "plain") == Markup(html)


def test_plain_text_on_one_line_has_no_block_around_it() -> None:
    assert inline(" a < b\nc ", "plain") == Markup("a &lt; b<br>c")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** `__init__`", "<p><strong>a</strong> <code>__init__</code></p>"),
        ("~~old~~", "<p><s>old</s></p>"),
        ("a <b onclick=x>", "<p>a &lt;b onclick=x&gt;</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("```python\nNone\n```", '<pre class="code"><code><span class="kc">None</span>\n</code></pre>'),
        ("```nosuch x\na < b\n```", '<pre class="code"><code>a &lt; b\n</code></pre>'),
        ("```\na\n```", '<pre class="code"><code>a\n</code></pre>'),
        ("    a", '<pre class="code"><code>a\n</code></pre>'),
    ],
)
def test_markdown_is_commonmark_with_highlighted_code(text: str, html: str) -> None:
    assert prose(text, "markdown") == Markup(html)


def test_markdown_tables_are_aligned_by_class() -> None:
    html = prose("|a|b|c|\n|-|-:|:-:|\n|1|2|3|", "markdown").replace("\n", "")
    head = '<tr><th>a</th><th class="align-right">b</th><th class="align-center">c</th></tr>'
    row = '<tr><td>1</td><td class="align-right">2</td><td class="align-center">3</td></tr>'
    assert html == f"<table><thead>{head}</thead><tbody>{row}</tbody></table>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[x](https://e.org/?a&b)", '<a href="https://e.org/?a&amp;b">x</a>'),
        ("[x](HTTP://e.org)", '<a href="HTTP://e.org">x</a>'),
        ("<mailto:a@b.c>", '<a href="mailto:a@b.c">mailto:a@b.c</a>'),
        ("[x](#here)", '<a href="#here">x</a>'),
        ("[*x*](javascript:alert(1)) y", "<em>x</em> y"),
        ("[x](file:///etc/passwd) [y](data:text/html,z) [z](//e.org) [w](../up)", "x y z w"),
        ("<javascript:x> [a][b]", "javascript:x [a][b]"),
        ("![a *b* `c`](http://169.254.169.254/) d", "a b c d"),
        ('[![<i>](x.png)](https://e.org "t<")', '<a href="https://e.org" title="t&lt;">&lt;i&gt;</a>'),
    ],
)
def test_links_lead_to_the_web_or_nowhere_and_pictures_are_their_text(text: str, html: str) -> None:
    assert inline(text, "markdown") == Markup(html)


def test_headings_nest_under_what_encloses_them() -> None:
    text = "### a\n# b\n### c\n## d\n# e"
    assert prose(text, "markdown", heading_level=3) == Markup(
        "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>\n<h4>d</h4>\n<h3>e</h3>"
    )
    deep = "\n".join(f"{'#' * level} x" for level in range(1, 7))
    assert prose(deep, "markdown", heading_level=5) == Markup("<h5>x</h5>" + "\n<h6>x</h6>" * 5)


@pytest.mark.parametrize("text", [">" * 20 + " x", "- " * 20 + "x", "> " * 18 + "*a __b__*"])
def test_twenty_levels_of_nesting_are_laid_out(text: str) -> None:
    assert "x" in prose(text, "markdown") or "b" in prose(text, "markdown")


@pytest.mark.parametrize(
    "text",
    [">" * 21 + " x", "- " * 21 + "x", ">" * 5000 + " x", "> " * 19 + "*a __b__*", "*a _b " * 30 + "_*" * 30],
)
def test_deeper_nesting_is_refused_with_the_question_and_its_place(text: str) -> None:
    place = Location("bank.yaml", 7, 3)
    with pytest.raises(InputRefused) as caught:
        question_view(Question(id="Q-1", question="q", answer=text, markup="markdown", location=place))
    assert caught.value.problems == (
        Problem(
            place,
            "answer of Q-1: lists, quotes and emphasis are nested more than 20 deep",
            "write it flatter, or say `markup: plain` if it is not Markdown",
        ),
    )


def test_a_block_of_code_has_a_limit_that_names_the_question() -> None:
    code = "```\n" + "x\n" * 5001 + "```"
    question = Question(
        id="Q-1",
        question="q",
        answer="a",
        follow_ups=("b",),
        markup="markdown",
        location=Location("b.yaml", 7),
    )
    assert question_view(question)
    with pytest.raises(LimitExceeded) as caught:
        question_view(
            Question(id="Q-1", question="q", answer=code, markup="markdown", location=question.location)
        )
    assert caught.value.message == "b.yaml:7: answer of Q-1: a block of code has more than 5000 lines"


def test_long_words_get_places_to_break() -> None:
    mark = "\u200b"
    assert breakable(Markup("<p>short</p>")) == Markup("<p>short</p>")
    assert breakable(Markup("a" * 60 + " " + "b" * 60)) == Markup("a" * 60 + " " + "b" * 60)
    assert breakable(Markup("a" * 130)) == Markup("a" * 60 + mark + "a" * 60 + mark + "a" * 10)
    assert breakable(Markup("&lt;" * 61)) == Markup("&lt;" * 60 + mark + "&lt;")
    assert breakable(
        Markup("<b>" + "a" * 40 + '</b><a href="' + "h" * 90 + '">' + "b" * 40 + "</a>")
    ) == Markup("<b>" + "a" * 40 + '</b><a href="' + "h" * 90 + '">' + "b" * 40 + "</a>")
    assert breakable(Markup("<em>" + "a" * 40 + "</em><code>" + "b" * 40 + "</code>")) == Markup(
        "<em>" + "a" * 40 + "</em><code>" + "b" * 20 + mark + "b" * 20 + "</code>"
    )
    assert breakable(Markup("a" * 30 + "\u00a0" + "b" * 30)) == Markup(
        "a" * 30 + "\u00a0" + "b" * 29 + mark + "b"
    )


def test_a_question_is_shown_to_templates_as_plain_values() -> None:
    question = Question(
        id="Q-1",
        question="a < b?",
        answer="yes",
        common_mistakes="no",
        follow_ups=("why?",),
        technology="C++",
        difficulty=3,
        tags=("x",),
        source="https://e.org/?a=1",
    )
    assert question_view(question) == {
        "id": "Q-1",
        "question": Markup("a &lt; b?"),
        "sections": [
            {"key": "answer", "title": "Answer", "html": Markup("<p>yes</p>")},
            {"key": "common_mistakes", "title": "Common mistakes", "html": Markup("<p>no</p>")},
        ],
        "follow_ups": [Markup("why?")],
        "follow_ups_title": "Follow-up questions",
        "technology": "C++",
        "category": "",
        "level": "",
        "difficulty": 3,
        "tags": ["x"],
        "source": "https://e.org/?a=1",
        "source_url": "https://e.org/?a=1",
        "retired": False,
    }
    assert (
        question_view(Question(id="Q", question="q", answer="a", source="javascript:x"))["source_url"] == ""
    )


# Templates


def render(folder: Path, template: str, **values: object) -> str:
    (folder / "t.html.j2").write_text(template, encoding="utf-8")
    return Templates((folder,)).render("t.html.j2", **values)


def test_everything_but_markup_is_escaped(tmp_path: Path) -> None:
    values = {"text": "<b>'\"&", "html": Markup("<i>")}
    assert render(tmp_path, "{{ text }}{{ html }}", **values) == "&lt;b&gt;&#39;&#34;&amp;<i>"
    assert render(tmp_path, "{{ text | prose('plain') }}", **values) == "<p>&lt;b&gt;'\"&amp;</p>"


def test_text_that_looks_like_a_template_is_text(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ text }}", text="{{ 7*7 }}{% x %}") == "{{ 7*7 }}{% x %}"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("\n\n{{ titel }}", "t.html.j2:3: 'titel' is undefined"),
        ("\n{{ q.nosuch }}", "t.html.j2:2: 'dict object' has no attribute 'nosuch'"),
        ("{% for %}", "t.html.j2:1: Expected an expression, got 'end of statement block'"),
        ("{{ q | nosuch }}", "t.html.j2:1: No filter named 'nosuch'."),
        ("{{ 'x' | safe }}", "t.html.j2:1: No filter named 'safe'."),
        ("\n{{ 1 / 0 }}", "t.html.j2:2: division by zero"),
        ("\n{{ 'a' * 3000000000 }}", "t.html.j2:2: templates multiply numbers only"),
        ("\n{{ 9 ** 9 ** 9 }}", "t.html.j2:2: templates do not raise to a power"),
        (
            "{{ range(1000000) | list }}",
            "t.html.j2:1: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
        ),
        ("{% include 'no.j2' %}", "no template 'no.j2'"),
        ("{% include '../secret' %}", "no template '../secret'"),
        ("{% include '/etc/passwd' %}", "no template '/etc/passwd'"),
    ],
)
def test_an_error_in_a_template_names_its_line(tmp_path: Path, template: str, message: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    with pytest.raises(QexportError) as caught:
        render(tmp_path / "in", template, q={})
    assert caught.value.message == message


def test_an_error_in_an_included_template_names_that_one(tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("a\n{{ nosuch }}", encoding="utf-8")
    with pytest.raises(QexportError) as caught:
        render(tmp_path, "\n\n\n{% include 'part.j2' %}")
    assert caught.value.message == "part.j2:2: 'nosuch' is undefined"


@pytest.mark.parametrize(
    "attack",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ '{0.__class__}'.format(q) }}",
        "{{ lipsum.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ q.append(1) }}",
        "{{ prose.__globals__ }}",
    ],
)
def test_templates_reach_nothing_of_python(tmp_path: Path, attack: str) -> None:
    with pytest.raises(QexportError):
        render(tmp_path, attack, q=[1])


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


def test_opening_the_module_opens_no_engine() -> None:
    code = (
        "import sys; from qexport.templating import inline; inline('x', 'plain');"
        "print(sorted({'jinja2', 'markdown_it', 'pygments', 'nh3'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
