"""The page in Chromium and Firefox: finds what the command line finds, by keyboard and reader, without a network."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
import tarfile
import unicodedata
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from hashlib import sha512
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tools.browsers import Browser, started

from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.bank.query import QUERY_FIELDS, Conditions, fold, parse_query, typed_name
from qexport.bank.selection import Filters, describe, select
from qexport.choosing import read_bank
from qexport.common.errors import NothingSelected, UsageError
from qexport.content.templates import Templates
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.web_page.page import render

ROOT = Path(__file__).parents[2]

PHONE, DESK = (360, 780), (1280, 900)
AXE_VERSION = "4.14.1"
AXE_DIGEST = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""Base64 of the SHA-512 of its package, as the npm registry has it."""

MARKDOWN = """
## In short

Use **`asyncio`** and `a_very_long_name_of_a_function_that_has_no_place_to_break_at_all()`, see
[the documentation](https://docs.python.org/3/library/asyncio.html).[^1]

| work | choose | because of a long explanation that makes this column wide |
|---|---|--:|
| many connections | asyncio | `await` |

```python
async def main(urls: list[str], timeout: float = 1.5) -> dict[str, bytes]:  # a comment that makes the line long
    return {url: page for url, page in zip(urls, pages)} or None
```

> A quotation.

[^1]: A note.
"""


def loaded(name: str) -> Any:
    """Return a module of the tests, whose cases are run here again."""
    path = ROOT / "tests" / name
    spec = importlib.util.spec_from_file_location(f"cases_of_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


def cases(test: Callable[..., None], number: int = 0) -> list[Any]:
    """Return what a test is parametrized with."""
    return list(test.pytestmark[number].args[1])  # type: ignore[attr-defined]


def page_of(bank: Bank, **options: str | bool) -> bytes:
    filters = Filters()
    questions = select(bank, filters)
    edition = Edition(
        bank=bank,
        questions=questions,
        retired=(),
        title=bank.title,
        scope=describe(bank, filters, questions),
        lock=None,
    )
    return render(edition, parse_options(CommonOptions, options), Tools(Templates())).data


BROWSERS = [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("chromium", "firefox")]


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with started(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Browser]:
    """Show a page in the browser, written once for each bank, and wait until it can be searched."""
    folder = tmp_path_factory.mktemp("web")
    known: dict[Bank, Path] = {}

    def show(bank: Bank, address: str = "", size: tuple[int, int] = DESK, **options: str | bool) -> Browser:
        path = known.setdefault(bank, folder / f"{len(known)}.html")
        if not path.exists():
            path.write_bytes(page_of(bank, **options))
        browser.resize(*size)
        browser.open(path.as_uri() + (f"#{address}" if address else ""))
        browser.wait("document.documentElement.dataset.ready !== undefined")
        browser.evaluate("(localStorage.clear(), document.querySelector('#keys').checked = true)")
        return browser

    return show


@pytest.fixture(scope="module")
def shipped(shipped_bank: Path) -> Bank:
    return read_bank(shipped_bank)[0]


QUERIES = loaded("unit/bank/test_query.py")
SELECTION = loaded("unit/bank/test_selection.py")


def address_of(filters: Filters) -> str:
    """Return what the address of a page has for filters."""
    usual = Filters()
    pairs = []
    for each in fields(Filters):
        value = getattr(filters, each.name)
        if value != getattr(usual, each.name):
            pairs += [(each.name, one) for one in (value if isinstance(value, tuple) else (value,))]
    return urlencode(pairs)


def ids_in(browser: Browser, addresses: list[str]) -> list[Any]:
    """Return for each address what the page finds, or what it says instead."""
    return list(
        browser.evaluate(
            f"""{json.dumps(addresses)}.map((address) => {{
              try {{ return window.qexport.idsFor(address); }}
              catch (error) {{
                if (error.hint === undefined) return String(error.stack);
                return [error.message, error.hint, "?"].join("\\n");
              }}
            }})"""
        )
    )


def first_line(message: str) -> str:
    """Return what a message says is wrong, as the page says it; hints differ, as the page does not guess."""
    return message.split("\n", maxsplit=1)[0].removeprefix("--where, ")


# The same questions as the command line


def test_every_query_of_the_command_line_s_tests_finds_the_same(shown: Callable[..., Browser]) -> None:
    found = cases(QUERIES.test_finds_what_a_query_asks_for)
    browser = shown(QUERIES.BANK)
    assert ids_in(browser, [urlencode({"where": query}) for query, _ in found]) == [ids for _, ids in found]


def test_every_filter_of_the_command_line_s_tests_leaves_the_same(shown: Callable[..., Browser]) -> None:
    filters = cases(SELECTION.test_leaves_the_questions_that_pass_in_order)
    browser = shown(SELECTION.BANK)
    assert ids_in(browser, [address_of(each) for each, _ in filters]) == [ids or [] for _, ids in filters]


def test_every_sample_is_the_command_line_s(shown: Callable[..., Browser]) -> None:
    filters = [
        Filters(sample=size, seed=seed) for size in (1, 2, 3, 6, 20, 60, 119, 130) for seed in (0, 1, 2026)
    ]
    filters += [replace(each, sort="difficulty", limit=4) for each in filters]
    expected = [[each.id for each in select(SELECTION.MANY, one)] for one in filters]
    assert ids_in(shown(SELECTION.MANY), [address_of(each) for each in filters]) == expected


def test_the_filters_of_every_command_leave_the_same_of_the_shipped_bank(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    from qexport.cli.options import FILTERS

    asked = []
    for words in loaded("e2e/test_same_questions_everywhere.py").QUERIES:
        given: dict[str, Any] = {}
        for name, value in zip(words[::2], words[1::2], strict=True):
            reading = {option: more for option, *_, more in FILTERS}[name[2:]]
            many = reading.get("multiple")
            given[name[2:]] = (*given.get(name[2:], ()), value) if many else reading.get("type", str)(value)
        asked.append(Filters(**given))
    expected = [[each.id for each in select(shipped, filters)] for filters in asked]
    assert ids_in(shown(shipped), [address_of(each) for each in asked]) == expected


def test_a_mistake_is_explained_as_on_the_command_line(shown: Callable[..., Browser]) -> None:
    mistakes = [
        each.values[0] if hasattr(each, "values") else each
        for each in cases(QUERIES.test_tells_the_place_of_a_mistake_and_what_would_be_right)
    ]
    expected, queries = [], []
    for mistake in mistakes:
        message, query, *_ = mistake.split("\n")
        queries.append(query.removeprefix("  "))
        expected.append(first_line(message))
    found = ids_in(shown(QUERIES.BANK), [urlencode({"where": query}) for query in queries])
    assert [first_line(each) for each in found] == expected


def test_what_is_wrong_with_a_search_is_said_in_the_language_of_the_page(
    shown: Callable[..., Browser],
) -> None:
    browser = shown(replace(QUERIES.BANK, language="de"))
    queries = ("difficulty:11", "foo:x", "(python", "technology:cobol", "a -", "limit=0")
    addresses = [urlencode({"where": query}) for query in queries[:-1]] + [queries[-1]]
    assert ids_in(browser, addresses) == [
        (
            "Spalte 12: die Schwierigkeit „11“ liegt außerhalb des Bereichs\n"
            "8, 7-9, >=8, <=7, >6 oder <9 schreiben, mit Zahlen von 1 bis 10\n?"
        ),
        "Spalte 1: „foo“ ist unbekannt (field)\nFelder: "
        + ", ".join(QUERY_FIELDS)
        + "; um solchen Text zu suchen, "
        "ihn in Anführungszeichen setzen\n?",
        "Spalte 1: diese Klammer wird nie geschlossen\n) ergänzen\n?",
        "Spalte 12: „cobol“ ist unbekannt (technology)\nbekannt: Python, Machine Learning, C++, C#, Rust\n?",
        (
            "Spalte 3: nach „-“ steht nichts, was zu verneinen wäre\n-tag:easy schreiben; um solchen Text zu suchen, "
            "ihn in Anführungszeichen setzen\n?"
        ),
        "limit 0 lässt keine Frage übrig\neine Zahl ab 1 schreiben\n?",
    ]


def test_any_text_means_the_same_as_on_the_command_line(shown: Callable[..., Browser]) -> None:
    pieces = [
        *'()-"“*\\ :é中\t',
        ">=",
        "=",
        "<",
        "!=",
        "or",
        "and",
        *QUERY_FIELDS,
        "python",
        "PY-1",
        "7",
        "7-9",
        "gc",
        " ",
        " ",
    ]
    pieces += [
        "technology:",
        "difficulty",
        "tag:",
        "id:",
        "what",
        "naïve",
        "C++",
        "c-sharp",
        "ML",
        "weak*",
        "it’s",
    ]
    drawn = random.Random(20)
    queries = ["".join(drawn.choices(pieces, k=drawn.randint(1, 9))) for _ in range(3000)]
    queries = [query for query in queries if query.strip()]

    def answer(query: str) -> Any:
        try:
            clauses = parse_query(query, Conditions(QUERIES.BANK))
        except UsageError as error:
            return first_line(error.message)
        return [each.id for each in QUERIES.QUESTIONS if all(clause.holds(each) for clause in clauses)]

    found = ids_in(shown(QUERIES.BANK), [urlencode({"where": query}) for query in queries])
    said = [one if isinstance(one, list) else one.split("\n")[0] for one in found]
    expected = [answer(query) for query in queries]
    assert sum(isinstance(each, list) for each in expected) > 500
    different = [triple for triple in zip(queries, expected, said, strict=True) if triple[1] != triple[2]]
    assert different == []


def test_every_character_is_folded_as_on_the_command_line(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    known = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    changed = "[fold, casefold, typedName].map((change) => change('a' + sign + 'b')).join('\\n')"
    browser = shown(shipped)
    folded = browser.evaluate(
        f"(({{ fold, casefold, typedName }}) => {json.dumps(known)}.map((sign) => {changed}))(window.qexport)"
    )
    expected = [
        "\n".join((fold(text), text.casefold(), typed_name(text))) for text in (f"a{sign}b" for sign in known)
    ]
    assert [each for each in zip(known, expected, folded, strict=True) if each[1] != each[2]] == []


# Reading


def test_a_link_with_filters_shows_what_they_leave_and_says_so(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    for size in (PHONE, DESK):
        browser = shown(shipped, "technology=python&difficulty=%3E%3D8&sort=-difficulty", size)
        assert browser.evaluate(
            "[...document.querySelectorAll('#list > article .id')].map((each) => each.textContent)"
        ) == [
            "PY-ADV-001",
            "PY-ADV-002",
        ]
        assert browser.evaluate("document.querySelector('#count').textContent") == "2 of 15 questions"
        assert browser.evaluate(
            "[...document.querySelectorAll('#chosen button')].map((each) => each.textContent)"
        ) == [
            "technology: python",
            "difficulty: >=8",
        ]
        assert (browser.requests, browser.complaints) == ([], [])


def test_a_search_is_found_while_it_is_typed_and_is_in_the_address(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    browser = shown(shipped, size=PHONE)
    browser.press("/")
    browser.type("metaclass difficulty>7")
    browser.wait("document.querySelector('#count').textContent === '1 of 15 questions'")
    assert browser.evaluate("document.querySelector('#list article').id") == "q-PY-ADV-001"
    assert browser.evaluate("location.hash") == "#where=metaclass+difficulty%3E7"
    browser.press("Escape")
    browser.wait("document.querySelector('#count').textContent === '15 questions'")
    browser.evaluate("history.back()")
    browser.wait("document.querySelector('#search').value === 'metaclass difficulty>7'")
    assert (browser.requests, browser.complaints) == ([], [])


def test_words_are_found_at_every_key_as_if_they_were_searched_at_once(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    words = "garbage collect"
    typed = [words[:end] for end in (*range(1, 16), *range(14, 0, -1))] + [
        "garbled",
        "gar",
        "arb",
        "collect -gar",
    ]
    filters = [Filters(where=each) for each in typed]
    expected = []
    for one in filters:
        with suppress(NothingSelected):
            expected.append([each.id for each in select(shipped, one)])
            continue
        expected.append([])
    assert len({len(ids) for ids in expected}) > 3
    assert ids_in(shown(shipped), [address_of(each) for each in filters]) == expected


def test_what_cannot_be_searched_is_explained_and_what_was_found_stays(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    browser = shown(shipped)
    browser.press("/")
    browser.type("gil technology:py")
    browser.wait("!document.querySelector('#problem').hidden")
    assert browser.evaluate("document.querySelector('#problem').textContent") == (
        "column 16: unknown technology 'py' – known: Python, AI Integration, Machine Learning"
    )
    assert browser.evaluate("document.querySelector('#count').textContent") == "0 of 15 questions"
    browser.type("thon zebra")
    browser.wait("document.querySelector('.nothing')?.textContent.length > 20")
    assert browser.evaluate("document.querySelector('.nothing').textContent") == (
        "No question is left. zebra: no question has that"
    )


def test_filters_can_be_pressed_and_taken_away(shown: Callable[..., Browser], shipped: Bank) -> None:
    browser = shown(shipped)
    browser.click(".facet[data-value='Machine Learning']")
    browser.click(".facet[data-field='difficulty'][data-value='8']")
    assert browser.evaluate("location.hash") == "#technology=Machine+Learning&difficulty=8"
    assert browser.evaluate("document.querySelector('#count').textContent") == "3 of 15 questions"
    browser.click("#chosen button")
    assert browser.evaluate("location.hash") == "#difficulty=8"


def test_keys_walk_through_the_questions_and_open_answers(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    browser = shown(shipped)
    for key, expected in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        browser.press(key)
        at = "[...document.querySelectorAll('#list > article')].indexOf(document.activeElement.closest('article'))"
        assert browser.evaluate(at) == expected
    browser.press("o")
    assert browser.evaluate("document.querySelectorAll('details.answers[open]').length") == 1
    browser.press("Tab", "Enter")
    assert browser.evaluate("document.querySelectorAll('details.answers[open]').length") == 0
    browser.evaluate("document.querySelector('#keys').click()")
    browser.press("o")
    assert browser.evaluate("document.querySelectorAll('details.answers[open]').length") == 0


def test_no_screen_is_too_narrow(shown: Callable[..., Browser], shipped: Bank) -> None:
    others = (
        Question(
            id="MD", question="`code` in *Markdown*", answer=MARKDOWN, markup="markdown", tags=("t" * 80,)
        ),
        Question(
            id="WORD" * 25,
            question="W" * 300,
            answer="x" * 3000,
            technology="T" * 90,
            follow_ups=("y" * 200,),
        ),
    )
    bank = replace(shipped, questions=(*shipped.questions, *others))
    for width in (320, 360, 414, 768, 1280):
        browser = shown(bank, size=(width, 780))
        browser.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


# Study


def test_study_brings_back_what_was_weak_and_keeps_progress(
    shown: Callable[..., Browser], shipped: Bank
) -> None:
    browser = shown(shipped, "technology=python", PHONE)
    browser.press("s")
    asked = []
    for key in "1444444":
        if browser.evaluate("!document.querySelector('#study-done').hidden"):
            break
        asked.append(browser.evaluate("document.querySelector('#study-card .id').textContent"))
        assert not browser.evaluate("document.querySelector('#study-card details').open")
        browser.press("Space")
        assert browser.evaluate("document.querySelector('#study-card details').open")
        browser.press(key)
    first, *others = asked
    assert others.index(first) == 3
    assert len(asked) == 6
    assert len(set(asked)) == 5
    figures = browser.evaluate(
        "[...document.querySelectorAll('#study-figures dd')].slice(1).map((each) => each.textContent)"
    )
    assert figures == ["1", "0", "0", "5"]
    assert "take the deck into Anki" in browser.evaluate("document.querySelector('#study-done').textContent")
    kept = json.loads(
        browser.evaluate("localStorage.getItem('qexport:progress:knowledge-hub/interview-questions')")
    )
    assert {(each, value["grade"], value["times"]) for each, value in kept.items()} == {
        (each, "easy", 2 if each == first else 1) for each in asked
    }
    browser.press("Escape")
    assert browser.evaluate("document.querySelectorAll('#list > article').length") == 5
    exported = browser.evaluate(
        """new Promise((done) => {
          const make = URL.createObjectURL;
          URL.createObjectURL = (blob) => { blob.text().then(done); URL.createObjectURL = make; return "data:,"; };
          document.querySelector("#progress-export").click();
        })"""
    )
    assert json.loads(exported) == {
        "format": "qexport-progress",
        "version": 1,
        "namespace": "knowledge-hub/interview-questions",
        "title": "Interview Questions & Model Answers",
        "questions": kept,
    }
    browser.click("#progress-clear")
    assert browser.evaluate("document.querySelector('#progress-count').textContent") == "0 questions studied"
    read = f"window.qexport.page.study.importProgress(new File([{json.dumps(exported)}], 'progress.json'))"
    browser.evaluate(f"{read}.then(() => 0)")
    assert browser.evaluate("document.querySelector('#progress-count').textContent") == "5 questions studied"
    assert (browser.requests, browser.complaints) == ([], [])


def test_progress_of_the_whole_bank_is_kept_by_a_page_of_a_part(shown: Callable[..., Browser]) -> None:
    browser = shown(
        Bank(title="Part", namespace="n", questions=(Question(id="A", question="A?", answer="A."),))
    )
    studied = {"grade": "good", "times": 1, "last": "2026-11-30", "seconds": 2}
    questions = {"A": studied, "B": studied, "C": {"grade": "perfect", "times": 1}, "D": {"grade": "good"}}
    file = {"format": "qexport-progress", "version": 1, "namespace": "n", "questions": questions}

    def say_after_import(read: dict[str, object]) -> str:
        text = json.dumps(json.dumps(read))
        study = "window.qexport.page.study"
        said = "document.querySelector('#progress-count').textContent"
        return str(
            browser.evaluate(f"{study}.importProgress(new File([{text}], 'p.json')).then(() => {said})")
        )

    assert say_after_import(file) == "2 questions studied"
    kept = "Object.keys(window.qexport.page.study.progress).sort()"
    assert browser.evaluate(kept) == ["A", "B"]
    no_progress = "p.json was not read: it is not a file of progress that this page exported"
    assert say_after_import({**file, "version": 2}) == no_progress
    assert (
        say_after_import({**file, "namespace": "m"}) == "p.json was not read: it belongs to another bank, m"
    )


def test_a_question_without_an_answer_is_studied_like_the_others(shown: Callable[..., Browser]) -> None:
    bank = Bank(title="Drafts", namespace="drafts", questions=(Question(id="D", question="Why?", answer=""),))
    browser = shown(bank)
    assert browser.evaluate("document.querySelector('#q-D details')") is None
    assert browser.evaluate("document.querySelectorAll('.group').length") == 0  # there is nothing to group by
    browser.press("s")
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.closest('#study') !== null")
    assert browser.evaluate("getComputedStyle(document.querySelector('.skip')).display") == "none"
    browser.evaluate("document.activeElement.blur()")
    browser.press("Space", "3")
    browser.wait("!document.querySelector('#study-done').hidden")
    assert browser.evaluate("document.querySelector('#progress-count').textContent") == "1 question studied"
    assert (browser.requests, browser.complaints) == ([], [])


# Who reads it, and where


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker axe-core, from its package."""
    folder = ROOT / ".venv" / f"axe-core-{AXE_VERSION}"
    package = folder / f"axe-core-{AXE_VERSION}.tgz"
    if not package.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", "--silent", f"axe-core@{AXE_VERSION}"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
    assert sha512(package.read_bytes()).digest() == b64decode(AXE_DIGEST)
    with tarfile.open(package) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


SEARCHING = """(() => {{
  const search = document.querySelector("#search");
  search.value = "{words}";
  search.dispatchEvent(new Event("input"));
}})()"""

STATES = {
    "list": "0",
    "answers": "document.querySelectorAll('details').forEach((each) => (each.open = true))",
    "filtered": "document.querySelector('.facet').click()",
    "nothing": SEARCHING.format(words="zebra"),
    "mistake": SEARCHING.format(words="tag:zebra"),
    "help": "document.querySelector('#help-button').click()",
    "studying": "document.querySelector('#study-button').click()",
    "revealed": "(document.querySelector('#study-button').click(), document.querySelector('#reveal').click())",
}
MARKDOWN_QUESTION = Question(
    id="MD",
    question="`code` in *Markdown*\n\n## Given\n\nThis.",
    answer=MARKDOWN,
    markup="markdown",
    tags=("one", "two"),
)


@pytest.mark.needs("npm")
@pytest.mark.parametrize("light", ["day", "night"])
def test_axe_finds_nothing_in_any_state(
    shown: Callable[..., Browser], shipped: Bank, axe: str, light: str
) -> None:
    bank = replace(shipped, questions=(MARKDOWN_QUESTION, *shipped.questions))
    for size in (PHONE, DESK):
        for state, action in STATES.items():
            browser = shown(bank, size=size)
            browser.evaluate(f"document.documentElement.dataset.light = '{light}'")
            browser.evaluate(f"({action}, 0)")
            browser.evaluate(f"(() => {{ {axe}; return 0; }})()")
            found = browser.evaluate(
                "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map((each) =>"
                " [each.id, each.help, each.nodes.map((node) => node.html.slice(0, 120))]))"
            )
            assert found == [], (state, size, light)


def test_a_page_in_arabic_is_read_from_right_to_left(shown: Callable[..., Browser]) -> None:
    question = Question(
        id="A", question="ما هي حلقة الأحداث في Python؟", answer="تدير المهام.", technology="لغات"
    )
    bank = Bank(title="أسئلة", namespace="ar", language="ar", questions=(question, replace(question, id="B")))
    browser = shown(bank)
    assert browser.evaluate("getComputedStyle(document.querySelector('#q-A h3')).direction") == "rtl"
    right = "document.querySelector('#q-A .meta a').getBoundingClientRect().right"
    assert browser.evaluate(f"innerWidth - {right} < innerWidth / 2")
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_policy_lets_nothing_else_run(shown: Callable[..., Browser], shipped: Bank) -> None:
    browser = shown(shipped)
    browser.evaluate(
        """(() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<p onclick='window.ran = true'>x</p>");
          document.body.lastChild.click();
          const image = new Image();
          image.src = "https://example.invalid/x.png";
          document.body.append(image);
        })()"""
    )
    browser.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert not browser.evaluate("Boolean(window.ran)")
    assert len(browser.complaints) >= 3
    assert browser.requests == []


def many(count: int) -> Bank:
    questions = tuple(
        Question(
            id=f"Q-{number:04}",
            question=f"What is the number {number}?",
            answer=f"It is {number} <b>&</b> no other.",
            technology=("Python", "Rust")[number * 2 // count],
            category=f"Category {number * 10 // count}",
            difficulty=number % 10 + 1,
        )
        for number in range(count)
    )
    return Bank(title="Many", namespace="many", technologies=("Python", "Rust"), questions=questions)


def test_a_long_page_has_elements_only_for_what_is_looked_at(shown: Callable[..., Browser]) -> None:
    bank = many(1000)
    browser = shown(bank)
    count = "document.querySelectorAll('article').length"
    assert browser.evaluate(count) < 200
    browser.evaluate("(location.hash = 'where=number+%22987%22', 0)")
    browser.wait("document.querySelector('#count').textContent === '1 of 1000 questions'")
    assert browser.evaluate("document.querySelector('#q-Q-0987 details p').textContent") == (
        "It is 987 <b>&</b> no other."
    )
    browser.evaluate("(location.hash = 'q-Q-0500', 0)")
    browser.wait("document.querySelector('#q-Q-0500')")
    assert browser.evaluate("document.activeElement.closest('article').id") == "q-Q-0500"
    assert (
        browser.evaluate("document.querySelector('#q-Q-0500').previousElementSibling.textContent")
        == "Rust Category 5"
    )
    assert (browser.requests, browser.complaints) == ([], [])


@pytest.mark.needs("chromium")
def test_without_scripts_everything_is_there_to_be_read(shipped: Bank, tmp_path: Path) -> None:
    for name, bank, count in (("small", shipped, 15), ("long", many(1000), 1000)):
        path = tmp_path / f"{name}.html"
        path.write_bytes(page_of(bank))
        with started("chromium") as browser:
            browser.call("Emulation.setScriptExecutionDisabled", value=True)
            browser.call("Page.navigate", url=path.as_uri())
            browser.wait("document.readyState === 'complete'", 30)
            assert browser.evaluate("document.querySelectorAll('article h3').length") == count
            assert browser.evaluate("getComputedStyle(document.querySelector('.tools')).display") == "none"
            links = "[...document.querySelectorAll('nav a')]"
            assert browser.evaluate(f"{links}.every((link) => document.getElementById(link.hash.slice(1)))")
            browser.evaluate("document.querySelector('summary').click()")
            assert browser.evaluate(
                "document.querySelector('section.answer').getBoundingClientRect().height > 10"
            )


@pytest.mark.needs("chromium", "poppler")
def test_on_paper_every_answer_is_open(shipped: Bank, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(page_of(shipped))
    with started("chromium") as browser:
        browser.open((tmp_path / "page.html").as_uri())
        browser.wait("document.documentElement.dataset.ready !== undefined")
        printed = browser.call("Page.printToPDF")["data"]
    (tmp_path / "page.pdf").write_bytes(b64decode(printed))
    text = subprocess.run(
        ["pdftotext", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    words = " ".join(text.split())
    for question in shipped.questions:
        assert " ".join(question.answer.split())[:60] in words
        assert " ".join(question.follow_ups[-1].split())[:40] in words
    assert "Study" not in words


@pytest.mark.needs("chromium", "poppler")
def test_on_paper_no_question_begins_at_the_foot_of_a_page(tmp_path: Path) -> None:
    questions = [
        replace(each, answer=f"{each.answer} " * (1 + number % 7) * 4)
        for number, each in enumerate(many(60).questions)
    ]
    (tmp_path / "page.html").write_bytes(page_of(Bank(title="M", namespace="m", questions=tuple(questions))))
    with started("chromium") as browser:
        browser.open((tmp_path / "page.html").as_uri())
        browser.wait("document.documentElement.dataset.ready !== undefined")
        printed = browser.call("Page.printToPDF", displayHeaderFooter=False)["data"]
    (tmp_path / "page.pdf").write_bytes(b64decode(printed))
    text = subprocess.run(
        ["pdftotext", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    last = [page.strip().rpartition("\n")[2] for page in text.split("\f") if page.strip()]
    assert len(last) > 8
    assert [line for line in last if "It is" not in line and "no other." not in line][:-1] == []


def test_the_same_bank_is_the_same_page(shipped: Bank) -> None:
    assert page_of(shipped) == page_of(shipped)
