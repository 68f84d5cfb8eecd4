"""Banks to measure books with: the shipped one, others made from it, what is worst, and those nobody here wrote."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qexport import choosing
from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from tools.try_corpora import CORPORA, banks

ROOT = Path(__file__).resolve().parents[1]
SPREAD = 40
"""Questions of a corpus that are set: pages enough to show what its texts do to them."""


def shipped() -> Bank:
    """The questions that come with the program."""
    return choosing.read_bank(ROOT / "seeds" / "questions.yaml")[0]


def fifty_four() -> Bank:
    """As many as the hub claims to have: the shipped questions, in three levels, with parts left out and changed."""
    bank = shipped()
    levels = ("Beginner", "Intermediate", "Advanced")
    questions = []
    for number in range(54):
        one, other = bank.questions[number % 15], bank.questions[(number * 7 + 3) % 15]
        sections: dict[str, Any] = dict.fromkeys(PROSE_SECTIONS[1:], "")
        for index, key in enumerate(sections):
            if (number + index) % 7 != 6:
                sections[key] = getattr(other if (number + index) % 5 < number // 15 else one, key)
        questions.append(
            replace(
                one,
                **sections,
                id=f"{one.id}-{number // 15}",
                question=f"{one.question} ({number})" if number >= 15 else one.question,
                level=levels[number % 3],
                difficulty=None if number % 11 == 5 else number % 10 + 1,
                follow_ups=one.follow_ups[: number % 4],
                tags=tuple({"testing", one.category.lower()} if number % 2 else {"speed"}),
            )
        )
    questions.sort(key=lambda question: (bank.technologies.index(question.technology), question.category))
    return replace(bank, levels=levels, questions=tuple(questions))


TEXT = (
    "a line of text has words of many lengths and the longest of them are rarely at its end where they "
    "would have to be set on the next one so that what is left of it stays empty which a careful reader "
    "notices at once "
)
WORDS = TEXT.split()


def _words(count: int, seed: int) -> str:
    rng = random.Random(seed)  # noqa: S311  # the same text every time
    text = [rng.choice(WORDS) for _ in range(count)]
    return (
        " ".join(word.capitalize() + "." if index % 17 == 16 else word for index, word in enumerate(text))
        + "."
    )


def _paragraphs(words: int, seed: int) -> str:
    return "\n\n".join(
        _words(min(180 + start % 70, words - start), seed + start) for start in range(0, words, 250)
    )


def worst(share: float = 1.0) -> Bank:
    """Everything that strains a page; with a share of the texts, code and lists that go on for pages."""
    code = "\n".join(
        f"def function_{line:03}(argument: dict[str, int], *, other: str = 'text') -> list[int]:"
        f"  # {'long ' * (line % 13)}"
        if line % 4
        else ""
        for line in range(int(200 * share))
    )
    table = "\n".join(
        [
            "| name | kind | first | second | third | fourth | what it says of itself |",
            "| --- | --- | --: | --: | --: | --: | --- |",
            *(
                f"| row_{row} | `type_{row}` | {row} | {row * 17} | {row * 91} | {row * 5} | {_words(12, row)} |"
                for row in range(45)
            ),
        ]
    )
    nested = "\n".join(f"{'  ' * (line % 4)}- {_words(14, line)}" for line in range(40))
    ordered = "\n".join(
        f"{line}. {_words(9 + line % 20, line)}" for line in range(121 - int(120 * share), 121)
    )
    markdown = f"# Heading\n\n{_words(60, 1)}\n\n## Second\n\n> {_words(80, 2)}\n\n### Third\n\n{nested}"
    markdown += f"\n\n{_words(30, 3)} [a link](https://example.org/{'very-' * 20}long) and `{'code_' * 30}`."
    common = {"technology": "Straining", "level": "Advanced", "difficulty": 10}

    def question(name: str, text: str = "", **values: Any) -> Question:
        return Question(
            id=name,
            question=text or f"What about {name}?",
            **{**common, "answer": _words(40, len(name)), **values},
        )

    questions = [
        question(
            "LONG",
            category="Length",
            answer=_paragraphs(int(20_000 * share), 1),
            deep_explanation=_words(400, 2),
            follow_ups=("One?", "Two?"),
        ),
        question(
            "WORD",
            f"What is {'x' * 300}?",
            category="Length",
            answer=f"It is {'y' * 300}.",
            follow_ups=(f"And {'z' * 300}?",),
        ),
        question(
            "WORD-MD", category="Length", markup="markdown", answer=f"It is `{'y' * 300}` or **{'b' * 300}**."
        ),
        question(
            "TITLE",
            (_words(100, 3)[:499] + "?").replace("  ", " "),
            category="Length",
            deep_explanation=_words(90, 4),
        ),
        question(
            "FOLLOW",
            category="Length",
            follow_ups=tuple(f"{_words(5 + number, number)[:-1]}?" for number in range(40)),
        ),
        question(
            "ONE-LINE", category="Length", **dict.fromkeys(PROSE_SECTIONS, "One line."), follow_ups=("One?",)
        ),
        question(
            "CODE",
            category="Markdown",
            markup="markdown",
            answer="Some code.",
            deep_explanation=f"Look:\n\n```python\n{code}\n```\n\nThat was it.",
        ),
        question(
            "TABLE",
            category="Markdown",
            markup="markdown",
            answer="A table.",
            deep_explanation=f"{_words(30, 9)}\n\n{table}\n\nAfter it.",
        ),
        question(
            "LISTS",
            category="Markdown",
            markup="markdown",
            deep_explanation=ordered,
            real_world_example=nested,
            common_mistakes="- one\n- two",
        ),
        question(
            "MIXED", category="Markdown", markup="markdown", answer=markdown, production_scenario=markdown
        ),
        question(
            "N" * 40,
            category="Names " + "of eighty characters " * 3 + "or longer",
            technology="A technology " + "with a name " * 5 + "too long",
        ),
        *(
            question(name, category="Names", technology="Ids")
            for name in ("a/b c#d", "Ünï-1", "<x&y>", "..", "q'\"`", "100 %", "ID " * 20 + ".")
        ),
        question("NO-DIFFICULTY", category="Absent", technology="Absent", difficulty=None, level=""),
        question("NO-TECHNOLOGY", technology="", category=""),
        question(
            "RTL",
            "What is ما هي؟ in it?",
            technology="Scripts",
            answer="The Arabic ما هي الإجابة and Hebrew מה זה mixed.",
        ),
        question(
            "CJK",
            "What is 何ですか in it?",
            technology="Scripts",
            answer="Chinese 这是什么 and Korean 무엇 and emoji 🏭⚠ and Ελληνικά, Кириллица.",
        ),
    ]
    return Bank(
        title="The worst " + "that could be asked of a book " * 3,
        namespace="worst",
        source="tools/inspect_book",
        questions=tuple(questions),
    )


def sweep() -> Bank:
    """Texts that grow by a line, so that a page ends at every place of a question there is."""
    questions = tuple(
        Question(
            id=f"S-{number:02}",
            question=f"What follows from {_words(4 + number % 9, number)[:-1]}?",
            technology="Sweep",
            category=("First", "Second")[number // 30],
            difficulty=number % 10 + 1,
            answer=_words(30 + number % 7, number),
            deep_explanation=_paragraphs(170 + 12 * (number % 30), number),
            real_world_example=_words(20 + number % 40, number + 1),
            common_mistakes=_words(50 + number % 25, number + 2),
            production_scenario=_words(60 + 5 * (number % 9), number + 3),
            follow_ups=tuple(f"{_words(7 + number % 9, each)[:-1]}?" for each in range(3 + number % 3)),
        )
        for number in range(60)
    )
    return Bank(title="A sweep", namespace="sweep", questions=questions)


def flat() -> Bank:
    """A bank that says nothing but questions and answers, in no order."""
    bank = fifty_four()
    bare_questions = [
        Question(id=each.id, question=each.question, answer=each.answer) for each in bank.questions[:20]
    ]
    return Bank(title="Flat", namespace="flat", questions=tuple(bare_questions))


def spread(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Some of many questions, evenly, and the longest of all; always the same ones, in their order."""
    if len(questions) <= SPREAD:
        return tuple(questions)
    chosen = {len(questions) * number // SPREAD for number in range(SPREAD - 1)}
    chosen.add(max(range(len(questions)), key=lambda at: len(questions[at].question + questions[at].answer)))
    return tuple(questions[at] for at in sorted(chosen))


def thirty_seconds() -> Bank:
    """30 seconds of interviews, in Markdown."""
    path = CORPORA / "30-seconds-of-interviews" / "questions.json"
    questions = []
    for number, record in enumerate(json.loads(path.read_text("utf-8")), start=1):
        heard = [each["text"] if isinstance(each, dict) else each for each in record.get("goodToHear", [])]
        technologies = [name for name in ("JavaScript", "HTML", "CSS") if name.casefold() in record["tags"]]
        questions.append(
            Question(
                id=f"WEB-{number:03}",
                question=record["question"],
                technology=next(iter(technologies), "JavaScript"),
                answer=record["answer"],
                deep_explanation="\n".join(f"- {each}" for each in heard),
                difficulty=3 * int(record.get("expertise", 1)) + 1,
                tags=tuple(record["tags"]),
                markup="markdown",
            )
        )
    questions.sort(key=lambda question: question.technology)
    return Bank(title="30 seconds of interviews", namespace="thirty", questions=spread(questions))


def _of_corpora(title: str, technologies: Mapping[str, str], language: str = "en") -> Bank:
    """A bank of some questions of those that `try_corpora` reads; each of them becomes a technology."""
    found = {bank.title: bank for bank in banks(CORPORA)}
    questions = [
        replace(question, technology=technology, answer=question.answer or "Nobody has written an answer.")
        for name, technology in technologies.items()
        for question in found[name].questions
    ]
    return Bank(
        title=title,
        namespace=title.casefold().replace(" ", "-"),
        language=language,
        levels=tuple(dict.fromkeys(level for name in technologies for level in found[name].levels)),
        questions=spread(questions),
    )


def data_science() -> Bank:
    """Data science interviews: tables, code and formulas in Markdown, HTML that is to be read as text."""
    files = ("probability", "theory", "technical")
    return _of_corpora("Data science", {f"data science, {name}": name.capitalize() for name in files})


def front_end() -> Bank:
    """Front-end questions without an answer: pages with next to nothing on them."""
    files = {"general": "General", "css": "CSS", "javascript": "JavaScript"}
    return _of_corpora("Front end", {f"front end, {name}-questions": files[name] for name in files})


def translated() -> Bank:
    """The same in languages that the fonts of the book have no glyphs for, but for names and code."""
    languages = {"arabic": "العربية", "chinese": "中文", "japanese": "日本語"}
    technologies = {f"front end, README.{name}": languages[name] for name in languages}
    return _of_corpora("前端開発 أسئلة", technologies, "ja")


def geography() -> Bank:
    """Countries by their names in four languages, two of them not in letters a font has: the shortest of texts."""
    languages = {"de": "Deutsch", "ru": "Русский", "zh": "中文", "he": "עברית"}
    bank = _of_corpora("Countries", {f"countries in {code}": languages[code] for code in languages})
    named = [replace(each, id=f"{each.technology}-{at:02}") for at, each in enumerate(bank.questions, 1)]
    return replace(bank, questions=tuple(named))


NOBODYS: Mapping[str, Callable[[], Bank]] = {
    "thirty-seconds": thirty_seconds,
    "data-science": data_science,
    "front-end": front_end,
    "translated": translated,
    "geography": geography,
}
"""Banks that nobody here wrote: of the corpora, where they are."""

BANKS: Mapping[str, Callable[[], Bank]] = {
    "shipped": shipped,
    "fifty-four": fifty_four,
    "sweep": sweep,
    "flat": flat,
    "worst": worst,
    **(NOBODYS if CORPORA.is_dir() else {}),
}
