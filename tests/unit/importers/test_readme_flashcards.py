"""Flash cards that Obsidian's plug-in Spaced Repetition reads."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.importers.question_facts import facts

from qexport.importers.readme_flashcards import find_flashcards
from qexport.importers.registry import read_source
from qexport.importers.source import Source

NOTE = """\
---
tags: [flashcards/go, work]
---
___
#flashcards/Go/Slices

## Basics

What is a slice?::A view of an `a::b` array.
<!--SR:!2025-01-01,3,250-->
- What is its `::`:::A separator.

**What does `append` do?**
Tell both cases.
?
Either it writes into the array:

- or it takes another one.
<!--SR:!2025-01-01,3,250-->

What prints this?
??
```go
fmt.Println(len(x))

// 3
```

A ==map== is a **==hash table==**.

___
Only a remark.
"""


def test_each_form_of_a_card_is_a_question(read: Any) -> None:
    reading = read.reading(NOTE, "Slices.md")
    assert reading.shape == "Markdown, flash cards of Obsidian: `::`, a line of `?`, ==gaps=="
    place = {"technology": "Go", "category": "Slices", "tags": ("work",)}
    assert [facts(each) for each in read.questions(NOTE, "Slices.md")] == [
        {"question": "What is a slice?", "answer": "A view of an `a::b` array.", **place},
        {"question": "What is its `::`", "answer": "A separator.", **place},
        {
            "question": "**What does `append` do?**\nTell both cases.",
            "answer": "Either it writes into the array:",
            **place,
        },
        {"question": "What prints this?", "answer": "```go\nfmt.Println(len(x))\n\n// 3\n```", **place},
        {"question": "A […] is a […].", "answer": "A **map** is a **hash table**.", **place},
    ]
    assert [str(problem) for problem in reading.left_aside] == [
        "Slices.md:18:1: 1 line of no question: '- or it takes another one.'",
        "Slices.md:32:1: 1 line of no question: 'Only a remark.'",
    ]


def test_without_a_deck_of_its_own_a_card_is_below_its_heading_or_its_note() -> None:
    def place(text: str) -> dict[str, Any]:
        source = Source("vault/Go/Maps.md", text.encode(), text, folder=("Go",), in_folder=True)
        (found,) = read_source(source).questions
        return {name: found.fields[name] for name in ("technology", "category")}

    assert place("# Keys\n\nWhat is a key?\n?\nA value.\n") == {"technology": "Go", "category": "Keys"}
    assert place("What is a key?\n?\nA value.\n") == {"technology": "Go", "category": "Maps"}


@pytest.mark.parametrize(
    "text",
    [
        "Use std::cout and std::cin.\n",
        "# What is a namespace?\n\n`std::vector` is in std:: as all is.\n",
        "Is it so?\n\n?\n\nYes.\n",
        "?\nYes.\n",
    ],
)
def test_colons_of_code_and_lone_question_marks_are_no_cards(text: str) -> None:
    assert find_flashcards(text, text.split("\n"), ()) == []


def test_two_lines_that_ask_are_cards_without_a_tag() -> None:
    text = "What is a?::b\nWhat is c?::d\n"
    assert [(each.asked, each.answer) for each in find_flashcards(text, text.split("\n"), ())] == [
        ("What is a?", "b"),
        ("What is c?", "d"),
    ]
