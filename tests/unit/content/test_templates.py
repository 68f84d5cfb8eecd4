"""Text becomes safe HTML; templates get values and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from PIL import Image as Pillow

from qexport.bank.model import PROSE_SECTIONS, Question
from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem, QexportError
from qexport.common.limits import USUAL
from qexport.content.templates import (
    Templates,
    divided,
    inline,
    items,
    prose,
    question_images,
    question_text,
    question_view,
    templates_folder,
    text_problems,
)
from qexport.pipeline import read_bank


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*this* and `x` and 1 < 2 & more", "<p>*this* and `x` and 1 &lt; 2 &amp; more</p>"),
        ('Python\'s "GIL"', '<p>Python\'s "GIL"</p>'),
        (
            "{{c1::x}} {% x %} \\(\\d+\\) $$z$$ [sound:x]",
            "<p>{{c1::x}} {% x %} \\(\\d+\\) $$z$$ [sound:x]</p>",
        ),
        ("<blink onclick=x>", "<p>&lt;blink onclick=x&gt;</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\n \n\ntwo\n", "<p>one</p>\n<p>two</p>"),
        ("if x:\n  y\n\tz", "<p>if x:<br>\u00a0\u00a0y<br>\u00a0\u00a0\u00a0\u00a0z</p>"),
        ("", ""),
    ],
)
def test_plain_text_is_literal(text: str, html: str) -> None:
    assert prose(text, "plain") == Markup(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see __init__.", '<p>see <code class="term">__init__</code>.</p>'),
        ("a List<int>", '<p>a <code class="term">List&lt;int&gt;</code></p>'),
        ("a Dict[str int]", "<p>a <code>Dict[str int]</code></p>"),
        (
            "<script>x</script>",
            '<p><code class="term">&lt;script&gt;</code>x<code class="term">&lt;/script&gt;</code></p>',
        ),
        (
            "def f(x: int) -> str",
            '<p><code>def f(x: int) <span class="arrow">-&gt;</span> str</code></p>',
        ),
        ("a -> b --> c", '<p>a <span class="arrow">-&gt;</span> b <span class="arrow">--&gt;</span> c</p>'),
        ("  gc.collect()\nb", '<p>\u00a0\u00a0<code class="term">gc.collect()</code><br>b</p>'),
    ],
)
def test_code_in_plain_text_is_marked_and_arrows_are_whole(text: str, html: str) -> None:
    assert prose(text, "plain") == Markup(html)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br>", "\n").replace("</p>\n<p>", "\n\n")))


PIECES = (
    "gc.collect() List[str] a_bc -> __init__ < > & ' \" Use This. ends. e.g. (so Word) <b> é 方 {{ &amp; \\"
)


@given(st.lists(st.sampled_from([*PIECES.split(), " ", " ", "\n"]), max_size=40).map("".join) | st.text())
def test_marking_leaves_every_character_as_it_was(text: str) -> None:
    line = " ".join(text.split())
    assert text_of(inline(line, "plain", code=True)) == line == text_of(inline(line, "plain"))
    assert text_of(prose(line, "plain")) == line
    if (listed := items(line, "plain")) is not None:
        assert text_of(listed.replace("</li>\n<li>", " ")).strip() == line


def test_every_text_of_the_shipped_bank_is_told_to_the_letter(shipped_bank: Path) -> None:
    bank, _ = read_bank(shipped_bank)
    for question in bank.questions:
        view = question_view(question)
        shown = {section["key"]: section["html"] for section in view["sections"]}
        for key in PROSE_SECTIONS:
            html = shown[key].replace("</li>\n<li>", " ").replace("\n", "")
            assert text_of(html) == getattr(question, key)
        assert text_of(view["question"]) == question.question
        assert [text_of(each) for each in view["follow_ups"]] == list(question.follow_ups)


def test_plain_text_on_one_line_has_no_block_around_it() -> None:
    assert inline(" a < b\nc ", "plain") == Markup("a &lt; b<br>c")


def test_a_label_is_not_searched_for_code() -> None:
    assert inline("PY_ADV_001", "plain") == Markup("PY_ADV_001")
    assert inline("PY_ADV_001", "plain", code=True) == Markup('<code class="term">PY_ADV_001</code>')


def test_what_a_text_says_one_by_one_is_a_list() -> None:
    listed = (
        '<ul class="items">\n<li>Using <code class="term">x[-1]</code>.</li>\n<li>Not asking.</li>\n</ul>'
    )
    assert items("Using x[-1]. Not asking.", "plain") == Markup(listed)
    assert items("Using one thing.", "plain") is None
    assert items("Using this.\nNot that.", "plain") is None
    assert items("Using this. Not that.", "markdown") is None


def test_common_mistakes_are_a_list_where_that_is_sure() -> None:
    text = "Using this. Not that."
    question = Question(id="Q", question="q", answer=text, common_mistakes=text)
    answer, mistakes = question_view(question)["sections"]
    assert answer["html"] == Markup(f"<p>{text}</p>")
    assert mistakes["html"] == items(text, "plain")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** `__init__`", "<p><strong>a</strong> <code>__init__</code></p>"),
        ("~~old~~", "<p><s>old</s></p>"),
        ("a <b onclick=x>", "<p>a &lt;b onclick=x&gt;</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    ],
)
def test_markdown_is_commonmark(text: str, html: str) -> None:
    assert prose(text, "markdown") == Markup(html)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("```python\nx = None\n```", ['x = <span class="kc">None</span>']),
        (
            '```python\n"""a\nb"""\n```',
            ['<span class="sd">"""a</span>', '<span class="sd">b"""</span>'],
        ),
        ("```nosuch x\na < b\n```", ["a &lt; b"]),
        ("```\na\n\nb\n```", ["a", "", "b"]),
        ("    a", ["a"]),
        ("```\n```", [""]),
    ],
)
def test_code_is_highlighted_line_by_line(text: str, lines: list[str]) -> None:
    inside = "".join(f'<span class="line">{line}</span>\n' for line in lines)
    assert prose(text, "markdown") == Markup(f'<pre class="code"><code>{inside}</code></pre>')


def test_markdown_tables_are_aligned_by_class() -> None:
    html = prose("|a|b|c|\n|-|-:|:-:|\n|1|2|3|", "markdown").replace("\n", "")
    head = '<tr><th>a</th><th class="align-right">b</th><th class="align-center">c</th></tr>'
    row = '<tr><td>1</td><td class="align-right">2</td><td class="align-center">3</td></tr>'
    assert html == f'<div class="table"><table><thead>{head}</thead><tbody>{row}</tbody></table></div>'


def test_footnotes_stand_at_the_end_and_lead_back() -> None:
    html = question_view(
        Question(id="Ü 1", question="q", answer="a[^x] b[^x] ^[c]\n\n[^x]: *Note*.", markup="markdown")
    )["sections"][0]["html"]
    name = "_dc__20_1-answer-1"
    assert html == Markup(
        f'<p>a<sup><a href="#fn-{name}" id="fnref-{name}" title="Note 1">1</a></sup>'
        f' b<sup><a href="#fn-{name}" id="fnref-{name}-2" title="Note 1">1</a></sup> ^[c]</p>\n'
        f'<ol class="footnotes">\n<li id="fn-{name}"><p><em>Note</em>.'
        f' <a class="back" href="#fnref-{name}" title="Back to the text">↑</a>'
        f' <a class="back" href="#fnref-{name}-2" title="Back to the text">↑</a></p>\n</li>\n</ol>'
    )


def test_no_footnote_is_lost() -> None:
    text = """one[^a] none[^no]

[^a]: first
[^b]: nothing refers here
[^a]: of the same name

[^out]: outer

    [^in]: inner

    after inner[^in]
"""
    html = prose(text.replace("\n[^", "\n\n[^"), "markdown")
    found = re.findall(
        r"first|nothing refers here|of the same name|outer|inner|after inner|none\[\^no\]", html
    )
    assert sorted(found) == sorted(
        ["none[^no]", "first", "nothing refers here", "of the same name", "inner", "outer", "after inner"]
    )
    assert len(set(re.findall(r'id="([^"]*)"', html))) == html.count("id=")
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(re.findall(r'id="([^"]*)"', html))


SYNTAX = (
    "[^1] [^1]: [^2]: [a](b) ![x](y.png) ![ ]( [![i](j)](https://e.org) ** _ ` ``` ~~~ ~~ > - 1. # ## | |- "
    "<b> & \\ <http://e.org> word"
)


@given(st.lists(st.sampled_from([*SYNTAX.split(), " ", "\n", "\n\n", "    "]), max_size=40).map("".join))
def test_any_markdown_gives_tags_that_nest_and_ids_that_are_unique(text: str) -> None:
    try:
        html = prose(text, "markdown")
    except InputRefused:
        return
    open_tags: list[str] = []
    for closing, name, empty in re.findall(r"<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>", html):
        if closing:
            assert open_tags.pop() == name
        elif not empty and name not in ("br", "hr", "img"):
            open_tags.append(name)
    assert open_tags == []
    names = re.findall(r' id="([^"]*)"', html)
    assert len(set(names)) == len(names)
    assert {name[1:] for name in re.findall(r' href="(#fn[^"]*)"', html)} <= set(names)
    if not re.search(r"```|~~~|\]:", text):  # where a word may be the name of a language or a definition's
        assert html.count("word") == text.count("word")


def test_footnotes_in_each_other_are_too_deep_at_some_time() -> None:
    with pytest.raises(InputRefused):
        prose("".join(f"{'    ' * depth}[^{depth}]: x\n\n" for depth in range(30)), "markdown")


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
            "write it flatter, or say `markup: plain` if it is not Markdown; " + USUAL.hint("markup-depth"),
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
    assert caught.value.message == "b.yaml:7: answer of Q-1: a block of code has more than 5,000 lines"


def test_brackets_that_would_keep_the_parser_busy_are_too_many() -> None:
    """Each that none closes takes 0.2 to 0.4 ms: a megabyte of them would take minutes."""
    assert inline("[" * 100, "markdown") == "[" * 100
    for write in (prose, inline):
        with pytest.raises(LimitExceeded) as caught:
            write("![" * 5_001, "markdown")
        assert caught.value.message == "more than 5,000 brackets in one text"


def test_many_footnotes_of_one_name_take_time_that_grows_with_their_number() -> None:
    """Once they took its cube: 2,000 of them ten seconds."""
    begun = time.process_time()
    html = prose("[^a]: note\n" * 2_000, "markdown")
    assert time.process_time() - begun < 8
    assert html.count("<p>note") == 2_000


# Pictures


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = tmp_path / "bank"
    (folder / "pictures").mkdir(parents=True)
    Pillow.new("L", (4, 3)).save(folder / "pictures" / "event-loop.png")
    Pillow.new("L", (2, 2)).save(folder / "two.gif")
    (folder / "drawn.svg").write_text("<svg/>", encoding="utf-8")
    Pillow.new("L", (1, 1)).save(tmp_path / "outside.png")
    path = folder / "bank.yaml"
    path.touch()
    return path


def pictured(bank: Path, answer: str, **fields: object) -> Question:
    question = Question(
        id="Q-1", question="q", answer=answer, markup="markdown", location=Location(str(bank), 7, 3)
    )
    return replace(question, **fields)  # type: ignore[arg-type]


def test_pictures_beside_the_bank_are_shown_under_the_name_of_their_content(bank: Path) -> None:
    answer = (
        '![The *loop*, "drawn"](pictures/event-loop.png "t")\n\nTwo ![dots](two.gif) and ![again](two.gif).'
    )
    text = question_text(pictured(bank, answer), image_address="qx:image/")
    loop, two = (image.name for image in text.images)
    assert text.view["sections"][0]["html"] == Markup(
        f'<p class="picture"><img src="qx:image/{loop}" alt="The loop, &quot;drawn&quot;"></p>\n'
        f'<p>Two <img src="qx:image/{two}" alt="dots"> and <img src="qx:image/{two}" alt="again">.</p>'
    )
    assert [(image.media_type, image.width, image.height) for image in text.images] == [
        ("image/png", 4, 3),
        ("image/gif", 2, 2),
    ]
    assert text.problems == ()
    assert question_images(pictured(bank, answer)) == text.images


def test_without_an_address_pictures_are_their_text(bank: Path) -> None:
    question = pictured(bank, "![The loop](pictures/event-loop.png) ![](pictures/event-loop.png) ![](x.svg)")
    text = question_text(question)
    assert text.view["sections"][0]["html"] == Markup("<p>The loop event loop x</p>")
    assert text.images == ()
    assert text.problems == ()


def test_pictures_from_elsewhere_are_their_text_and_a_problem(bank: Path) -> None:
    (bank.parent / "link.png").symlink_to(bank.parent.parent / "outside.png")
    sources = [
        "https://e.org/a.png",
        "//e.org/b.png",
        "data:,c",
        "../outside.png",
        "/etc/passwd",
        "link.png",
        "no.png",
    ]
    text = question_text(
        pictured(bank, " ".join(f"![p]({source})" for source in sources)), image_address="x:"
    )
    assert text.view["sections"][0]["html"] == Markup("<p>" + " ".join("p" * 7) + "</p>")
    assert text.images == ()
    elsewhere = "put a copy beside the bank and give its path from there"
    assert [(str(each), each.hint) for each in text.problems] == [
        (f"{bank}:7:3: answer of Q-1: {message}", hint)
        for message, hint in [
            ("the picture 'https://e.org/a.png' is not a file", elsewhere),
            ("the picture '//e.org/b.png' is not a file", elsewhere),
            ("the picture 'data:,c' is not a file", elsewhere),
            ("the picture '../outside.png' is outside the bank's folder", f"{elsewhere}, with /"),
            ("the picture '/etc/passwd' is outside the bank's folder", f"{elsewhere}, with /"),
            ("the picture 'link.png' is outside the bank's folder", f"{elsewhere}, with /"),
            ("there is no file of the picture 'no.png'", f"looked in {bank.parent}"),
        ]
    ]


def test_a_picture_needs_a_text_and_stands_in_no_link(bank: Path) -> None:
    text = question_text(pictured(bank, "[![](pictures/event-loop.png)](https://e.org)"), image_address="x:")
    (image,) = text.images
    assert text.view["sections"][0]["html"] == Markup(f'<p><img src="x:{image.name}" alt="event loop"></p>')
    assert [(each.message, each.hint) for each in text.problems] == [
        (
            "answer of Q-1: the picture 'pictures/event-loop.png' has no text",
            "say in the brackets what is to be seen: ![text](file)",
        ),
        (
            "answer of Q-1: the link around a picture, to https://e.org, is left out",
            "write the link beside it",
        ),
    ]


def test_a_picture_in_a_question_is_its_text(bank: Path) -> None:
    question = pictured(bank, "a", question="What does ![the loop](pictures/event-loop.png) show?")
    text = question_text(question, image_address="x:")
    assert text.view["question"] == Markup("What does the loop show?")


def test_what_follows_a_questions_line_is_blocks_of_its_own(bank: Path) -> None:
    asked = "What is printed?\n\n```\nx = 1\n```\n\n![the loop](pictures/event-loop.png)"
    question = pictured(bank, "![a](pictures/event-loop.png)", question=asked)
    text = question_text(question, image_address="x:")
    (image,) = text.images
    assert text.asked_images == (image,)
    assert (text.view["asked"], text.view["more"]) == (
        Markup("What is printed?"),
        Markup(
            '<pre class="code"><code><span class="line">x = 1</span>\n</code></pre>\n'
            f'<p class="picture"><img src="x:{image.name}" alt="the loop"></p>'
        ),
    )
    assert question_images(question) == (image,)


@pytest.mark.parametrize(
    ("text", "line", "more"),
    [
        ("one\nline", "one\nline", ""),
        ("line\n\nmore\n\nlast", "line", "\nmore\n\nlast"),
        ("line\n```js\ncode\n```", "line", "```js\ncode\n```"),
        ("line\n- one\n- two", "line", "- one\n- two"),
        ("line\n-one", "line\n-one", ""),
        ("line\n1. one", "line", "1. one"),
    ],
)
def test_a_questions_line_ends_where_another_block_begins(text: str, line: str, more: str) -> None:
    assert divided(text, "markdown") == (line, more)
    assert divided(text, "plain") == (text, "")


def test_a_bank_that_is_no_file_has_no_pictures() -> None:
    text = question_text(
        Question(id="Q", question="q", answer="![a](b.png)", markup="markdown"), image_address="x:"
    )
    assert [str(each) for each in text.problems] == [
        ": answer of Q: pictures are shown only of a bank that is a file"
    ]


def test_all_that_refuses_a_question_is_said_at_once_and_what_it_loses_apart(bank: Path) -> None:
    question = pictured(
        bank,
        "![a](drawn.svg) ![b](https://e.org/b.png)",
        deep_explanation=">" * 21 + " x",
        real_world_example="```\n" + "x\n" * 5001 + "```",
    )
    svg = Problem(
        question.location,
        "answer of Q-1: the picture 'drawn.svg' is no PNG, JPEG, GIF or WebP",
        "an SVG can hold code: save it as PNG",
    )
    deep = Problem(
        question.location,
        "deep_explanation of Q-1: lists, quotes and emphasis are nested more than 20 deep",
        "write it flatter, or say `markup: plain` if it is not Markdown; " + USUAL.hint("markup-depth"),
    )
    long = Problem(
        question.location,
        "real_world_example of Q-1: a block of code has more than 5,000 lines",
        f"show less of it; {USUAL.hint('code-lines')}",
    )
    remote = Problem(
        question.location,
        "answer of Q-1: the picture 'https://e.org/b.png' is not a file",
        "put a copy beside the bank and give its path from there",
    )
    assert text_problems(question) == ((long, svg, deep), (remote,))
    with pytest.raises(LimitExceeded):
        question_text(question)
    with pytest.raises(InputRefused) as caught:
        question_text(
            pictured(bank, question.answer, deep_explanation=question.deep_explanation), image_address="x:"
        )
    assert caught.value.problems == (svg, deep)


def test_plain_texts_have_no_problems(shipped_bank: Path) -> None:
    bank, _ = read_bank(shipped_bank)
    assert {text_problems(question) for question in bank.questions} == {((), ())}


# Questions


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
        "asked": Markup("a &lt; b?"),
        "more": Markup(),
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
        "import sys; from qexport.content.templates import inline; inline('x', 'plain');"
        "print(sorted({'jinja2', 'markdown_it', 'pygments', 'nh3'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
