"""readme: every shape in which people keep questions in Markdown."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.importers.question_facts import facts

from qexport.common.errors import InputRefused
from qexport.importers.registry import read_source
from qexport.importers.source import Reading, Source

SUMMARIES = """\
# DevOps

## AWS

### IAM

<details>
<summary><b>What is <code>IAM</code>?</b></summary><br><b>

It's a service.

- a
- b

Useful resources:

- [Docs](https://example.org/iam)
</b></details>

<details>
<summary>True or False? Users are global</summary><br><b>

True
</b></details>

## Warm up

- What did you learn?
- Why?
  - And then?
"""


def test_folded_questions_with_their_headings_and_links_and_items_beside_them(read: Any) -> None:
    reading = read.reading(SUMMARIES)
    assert reading.header == {"title": "DevOps"}
    assert reading.left_aside == ()
    assert [facts(each) for each in read.questions(SUMMARIES)] == [
        {
            "question": "What is `IAM`?",
            "answer": "It's a service.\n\n- a\n- b",
            "technology": "AWS",
            "category": "IAM",
            "links": ("[Docs](https://example.org/iam)",),
        },
        {
            "question": "True or False? Users are global",
            "answer": "True",
            "technology": "AWS",
            "category": "IAM",
        },
        {"question": "What did you learn?", "category": "Warm up"},
        {"question": "Why?", "category": "Warm up", "follow_ups": ("And then?",)},
    ]
    assert [each.status for each in read.questions(SUMMARIES)] == ["active", "active", "draft", "draft"]


def test_what_belongs_to_no_question_is_left_aside_with_its_place(read: Any) -> None:
    text = "# T\n\nHello there.\n\n## A\n\n**What?**\n\nThat.\n\n**Why?**\n\nSo.\n\n## License\n\nMIT\n"
    reading = read.reading(text)
    assert [str(each) for each in reading.left_aside] == [
        "q.md:3:1: 1 line of no question: 'Hello there.'",
        "q.md:17:1: 1 line of no question: 'MIT'",
    ]


def test_text_without_questions_is_refused(read: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        read.reading("# Title\n\nJust a text.\n")
    (problem,) = caught.value.problems
    assert str(problem) == "q.md:1:1: no question was found in this file"


def read_note(name: str, text: str) -> Reading:
    return read_source(Source(f"vault/{name}", text.encode(), text, folder=("Birds",), in_folder=True))


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        (
            "What is a wing.md",
            "# Wing\nA limb.\n\n## How it works\nBy lift.\n\n- Why? Who knows.\n",
            "What is a wing",
        ),
        ("why-two-wings.md", "Balance.\n\n## What for?\n- Is it so?\n", "why two wings"),
        ("Wing.md", "# What is a wing?\nA limb.\n\n1. What else?\n2. Why?\n", "What is a wing?"),
        ("Wing.md", "# Wing\nA limb.\nOf a bird.\nOr bat.\n\n1. Why?\n\n## Uses\nMany.\nFlight.\n", "Wing"),
    ],
)
def test_a_note_that_asks_a_little_is_one_question(name: str, text: str, asked: str) -> None:
    (found,) = read_note(name, text).questions
    assert found.fields["question"] == asked
    assert found.fields["category"] == "Birds"


def test_a_list_of_questions_in_a_folder_is_a_list() -> None:
    text = "# Birds\n\n1. What is a wing?\n2. What is a beak?\n3. Why sing?\n"
    assert len(read_note("birds.md", text).questions) == 3


def test_a_file_about_the_project_is_left_aside_though_its_headings_ask() -> None:
    text = "# Code of Conduct\n\n## 1. Warning\n\nx\n\n## 2. Ban?\n\ny\n"
    reading = read_note("CODE_OF_CONDUCT.md", text)
    assert (reading.questions, [str(each) for each in reading.left_aside]) == (
        (),
        ["vault/CODE_OF_CONDUCT.md:1:1: a file about the others: 'Code of Conduct': left aside"],
    )


def test_a_file_about_the_others_is_left_aside() -> None:
    reading = read_note("README.md", "# My notes\n\nAll about birds.\n")
    assert reading.questions == ()
    assert [str(each) for each in reading.left_aside] == [
        "vault/README.md:1:1: a file about the others: 'My notes': left aside"
    ]


def test_a_note_whose_title_asks_is_one_question_however_many_headings_in_it_ask() -> None:
    headings = "".join(f"## What about case {number}?\n\nSo.\n\n" for number in range(8))
    text = f"# What is a nil interface?\n\n{headings}"
    reading = read_source(Source("notes/nil.md", text.encode(), text, in_folder=True))
    assert [each.fields["question"] for each in reading.questions] == ["What is a nil interface?"]


def test_properties_of_notion_below_a_title_that_asks_are_fields() -> None:
    text = "# What is a closure?\n\nLevel: Advanced\nTags: js, scope\n\nA function. See [[Scopes]].\n"
    (found,) = read_note("closure.md", text).questions
    assert found.fields == {
        "category": "Birds",
        "question": "What is a closure?",
        "answer": "A function. See Scopes.",
        "level": "Advanced",
        "tags": ("js", "scope"),
    }
    assert found.extra == {"linked notes": ("Scopes",)}
