"""The page as a file: what may run in it, what it says, and what it asks for."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.common.errors import Location
from qexport.content.templates import templates_folder
from qexport.content.themes import find_theme
from qexport.outputs.document import Document, Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.web_page.page import SHOWN_AT_ONCE, render

QUESTION = Question(id="PY-1", question="What is <b>?", answer="A & B.", technology="Python", category="Core")


def rendered(*questions: Question, tools: Tools | None = None, language: str = "en") -> Document:
    bank = Bank(title="<T>", namespace="n", language=language, questions=questions)
    edition = Edition(bank=bank, questions=questions, title=bank.title, scope="All", retired=(), lock=None)
    return render(edition, CommonOptions(), tools or Tools(find_theme("classic").templates()))


def page(*questions: Question, tools: Tools | None = None, language: str = "en") -> str:
    return rendered(*questions, tools=tools, language=language).data.decode()


def test_the_policy_names_the_page_s_own_scripts_and_style_and_nothing_else() -> None:
    text = page(QUESTION)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None

    def digests(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        return " ".join(f"'sha256-{b64encode(sha256(each.encode()).digest()).decode()}'" for each in found)

    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; script-src {digests('script')}; style-src {digests('style')}; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
    assert " style=" not in text
    assert not re.search(r"<[^>]* on\w+=", text.partition("<script type")[0])


def test_the_scripts_have_every_label_that_they_say() -> None:
    words = re.search(r'<script type="text/plain" id="words">(.*?)</script>', page(QUESTION, language="de"))
    assert words is not None
    labels = json.loads(words[1])["labels"]
    scripts = sorted((templates_folder() / "web").glob("*.js"))
    said = {key for path in scripts for key in re.findall(r"\bsay\(\s*\"(\w+)\"", path.read_text("utf-8"))}
    assert len(said) > 40
    assert said - set(labels) == set()


def test_nothing_is_named_that_would_have_to_be_fetched() -> None:
    text = page(QUESTION)
    assert re.findall(r'(?:src|srcset|action|data)="([^"]*)"', text) == []
    assert re.findall(r'<link [^>]*href="([^"]*)"', text) == ["data:,"]
    assert re.findall(r"url\((?!data:)[^)]*\)", text) == []


def test_texts_are_escaped() -> None:
    text = page(QUESTION)
    assert "<title>&lt;T&gt;</title>" in text
    assert 'id="q-PY-1-line">What is &lt;b&gt;?</h3>' in text
    assert "<p>A &amp; B.</p>" in text


def test_a_picture_is_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").touch()
    header = b"\0\0\0\x0dIHDR" + bytes([0, 0, 0, 2, 0, 0, 0, 3, 8, 0, 0, 0, 0]) + bytes(4)
    drawn = b"\x89PNG\r\n\x1a\n" + header + bytes(4) + b"IEND" + bytes(4)
    (tmp_path / "a.png").write_bytes(drawn)
    where = Location(str(tmp_path / "bank.yaml"))
    question = replace(QUESTION, answer="![A dot](a.png)", markup="markdown", location=where)
    document = rendered(question)
    data = b64encode(drawn).decode()
    assert (
        f'<img tabindex="0" width="2" height="3" loading="lazy" src="data:image/png;base64,{data}" alt="A dot">'
        in document.data.decode()
    )
    assert document.summary == "1 page, 1 picture"


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("de", "ltr")]
)
def test_a_page_has_the_language_and_the_direction_of_its_bank(language: str, direction: str) -> None:
    assert f'<html lang="{language}" dir="{direction}">' in page(QUESTION, language=language)


def test_of_a_long_page_all_but_the_first_questions_wait() -> None:
    few = [replace(QUESTION, id=str(number)) for number in range(SHOWN_AT_ONCE)]
    assert '<noscript id="rest"' not in page(*few)
    text = page(*few, QUESTION)
    at_once, waiting = text.split('<noscript id="rest" data-first="40">')
    assert at_once.count("<article") == 40
    assert waiting.partition("</noscript>")[0].count("<!--question--><article") == SHOWN_AT_ONCE - 39


def test_links_to_what_is_made_beside_it() -> None:
    tools = Tools(
        find_theme("classic").templates(),
        file_names={"deck": "my deck.apkg", "web": "x.html", "handbook": "x.pdf"},
    )
    links = re.findall(r'<a href="([^"#]*)" download>', page(QUESTION, tools=tools))
    assert links == ["x.pdf", "my%20deck.apkg", "my%20deck.apkg"]


def test_a_theme_changes_the_style_and_neither_script_nor_policy(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('extends = "classic"\n')
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "page.css").write_text("body { color: red } </style><script>marker(1)</script>")
    (folder / "page.js").write_text("marker(1)")
    (folder / "page.html.j2").write_text("<script>marker(1)</script>")
    text = page(QUESTION, tools=Tools(find_theme(str(tmp_path)).templates()))
    assert "body { color: red } <\\/style><script>marker(1)<\\/script>" in text
    assert text.count("marker(1)") == 1
    assert (templates_folder() / "web/page.js").read_text() in text


def test_few_characters_above_one_byte_are_references_and_many_stay() -> None:
    asked = "An ‘apple’ – or “two” 🍎, and nothing else?"
    text = page(replace(QUESTION, question=asked, answer="Naïve " * 400))
    questions = text.partition('<script type="text/plain" id="words">')[0].partition("<body>")[2]
    assert "An &#8216;apple&#8217; &#8211; or &#8220;two&#8221; &#127822;, and nothing" in questions
    assert "Naïve" in questions
    assert max(questions) <= "ÿ"
    russian = page(replace(QUESTION, question="Что такое “сборка мусора”?"), language="ru")
    assert ">Что такое “сборка мусора”?</h3>" in russian


def test_the_fonts_come_after_the_questions() -> None:
    text = page(QUESTION)
    assert text.index("</article>") < text.index("@font-face") < text.index('id="words"')


def test_questions_that_nothing_groups_have_no_heading_and_no_contents() -> None:
    alone = replace(QUESTION, technology="", category="")
    assert 'class="group"' not in page(alone)
    assert "<nav" not in page(alone)
    both = page(QUESTION, replace(alone, id="PY-2"))
    assert re.findall(r'<h2 class="group"[^>]*>(.*?)</h2>', both) == [
        "Python <span>Core</span>",
        "Other questions",
    ]
    assert both.count("Other questions (1)") == 1
