"""Questions are found in every shape that people give them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.importers.question_facts import facts

NUMBERED_HEADINGS = """\
# React

## Table of Contents

1. [What is React?](#what-is-react)

## Core React

1. ### What is React?

    A **library**.

    ```jsx
    const a = <div/>;
    ```

   **[⬆ Back to Top](#table-of-contents)**

2. ### Explain JSX

    XML-like.

   **[⬆ Back to Top](#table-of-contents)**
"""

BOLD = """\
# Theory

Legend: 👶 easy ⭐️ medium 🚀 expert

## Regression

**What is regression? 👶**

A part of *supervised* ML.

<br/>

**Trade-off ⭐️**

Answer here

**1)** The number of ads.

```sql
SELECT 1;
```
"""


def test_headings_in_a_numbered_list(read: Any) -> None:
    assert [facts(each) for each in read.questions(NUMBERED_HEADINGS)] == [
        {
            "question": "What is React?",
            "answer": "A **library**.\n\n```jsx\nconst a = <div/>;\n```",
            "category": "Core React",
        },
        {"question": "Explain JSX", "answer": "XML-like.", "category": "Core React"},
    ]


def test_bold_lines_with_signs_for_levels_and_an_answer_that_is_not_written(read: Any) -> None:
    questions = read.questions(BOLD)
    assert [facts(each) for each in questions] == [
        {
            "question": "What is regression?",
            "answer": "A part of *supervised* ML.",
            "category": "Regression",
            "level": "Easy",
        },
        {"question": "Trade-off", "category": "Regression", "level": "Medium"},
        {"question": "The number of ads.", "answer": "```sql\nSELECT 1;\n```", "category": "Regression"},
    ]
    assert (questions[1].status, questions[1].extra) == ("draft", (("answer placeholder", "Answer here"),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Q: What?\nA: That.\n\nMore.\n\n**Q2:** Why?\n**A:** So.\n",
            [("What?", "That.\n\nMore."), ("Why?", "So.")],
        ),
        (
            "1. What is a?\n   It is b.\n2. Define c.\n\n   It is d.\n",
            [("What is a?", "It is b."), ("Define c.", "It is d.")],
        ),
        (
            '## Q. What?\n\nThat.\n\n## Q. Why?\n\nSo.\n\n<a href="#">↥ back to top</a>\n',
            [("What?", "That."), ("Why?", "So.")],
        ),
        ("| # | Question | Answer |\n|---|---|---|\n| 1 | `a\\|b`? | x<br>y |\n", [("`a|b`?", "x\ny")]),
        ("- 什么是闭包？\n- 请解释事件循环。\n", [("什么是闭包？", ""), ("请解释事件循环。", "")]),
        (
            "<h3>أ</h3>\n<ul>\n<li>ماذا؟</li>\n<li>كيف؟</li>\n<li>هل؟</li>\n<li>ما؟</li>\n<li>ما اسمك؟</li></ul>",
            [("ماذا؟", ""), ("كيف؟", ""), ("هل؟", ""), ("ما؟", ""), ("ما اسمك؟", "")],
        ),
    ],
)
def test_small_shapes(read: Any, text: str, expected: list[tuple[str, str]]) -> None:
    assert read.pairs(text) == expected


SECTIONS = """# Basics of Birds

## Related pages
* [Fish](https://example.org/fish)

## # 1. FEATHERS

## Q. What is down?
Soft feathers.

## Q. Why preen?
To keep them dry.

## # 2. FLIGHT

## Q. How do they glide?
On rising air.

## Q. Who cannot fly?
The kiwi.

## Q. When do they rest?
At night.
"""


def test_marked_headings_are_questions_and_others_of_their_level_are_sections(read: Any) -> None:
    found = read.questions(SECTIONS)
    assert [(each.question, each.answer, each.category) for each in found] == [
        ("What is down?", "Soft feathers.", "FEATHERS"),
        ("Why preen?", "To keep them dry.", "FEATHERS"),
        ("How do they glide?", "On rising air.", "FLIGHT"),
        ("Who cannot fly?", "The kiwi.", "FLIGHT"),
        ("When do they rest?", "At night.", "FLIGHT"),
    ]
    assert [str(each) for each in read.reading(SECTIONS).left_aside] == [
        "q.md:4:1: 1 line of no question: '* [Fish](https://example.org/fish)'"
    ]


def test_folded_answers_below_headings_of_two_levels(read: Any) -> None:
    answer = "<details><summary><b>Answer</b></summary>\n\n{}\n\n</details>\n\n"
    text = (
        "# Birds\n\n## Question 1. What is a crest?\n\n"
        + answer.format("Feathers on the head.")
        + "## Question 2. What is a beak?\n\n"
        + answer.format("A jaw.")
        + "# Riddles\n\n## Owls\n\n### 1. Who sees at night?\n\n"
        + answer.format("The owl.")
        + "### 2. Who hears best?\n\n"
        + answer.format("The barn owl.")
        + "### 3. Who is silent?\n\n"
        + answer.format("Both.")
    )
    assert [
        (each.question, each.answer, each.category, each.technology) for each in read.questions(text)
    ] == [
        ("What is a crest?", "Feathers on the head.", "Birds", ""),
        ("What is a beak?", "A jaw.", "Birds", ""),
        ("Who sees at night?", "The owl.", "Owls", "Riddles"),
        ("Who hears best?", "The barn owl.", "Owls", "Riddles"),
        ("Who is silent?", "Both.", "Owls", "Riddles"),
    ]


def test_headings_that_ask_within_the_answer_of_one_that_asks_belong_to_it(read: Any) -> None:
    text = (
        "# Go\n\n## What is a slice?\n\nA view.\n\n### How long is it?\n\n`len`\n\n### How is it grown?\n\n`append`\n\n"
        "## What is a map?\n\nA table.\n\n### Is it sorted?\n\nNo.\n"
    )
    assert [each.question for each in read.questions(text)] == ["What is a slice?", "What is a map?"]


def test_headings_that_ask_below_sections_are_the_questions(read: Any) -> None:
    text = (
        "# Go\n\n## Slices\n\n### How long?\n\na\n\n### How grown?\n\nb\n\n## Why maps?\n\n### Sorted?\n\nc\n"
    )
    assert [each.question for each in read.questions(text)] == ["How long?", "How grown?", "Sorted?"]


GLOSSARY = """# Terms

Of networks.

## Router

Forwards packets.

| Item | Price |
| ---- | ----: |
| one  |    $5 |

## Switch

Forwards frames.

## License

MIT
"""


def test_headings_of_which_none_asks_are_questions_if_nothing_else_is(read: Any) -> None:
    reading = read.reading(GLOSSARY)
    assert reading.shape == "Markdown, headings are questions, though none asks"
    assert read.pairs(GLOSSARY) == [
        ("Router", "Forwards packets.\n\n| Item | Price |\n| ---- | ----: |\n| one  |    $5 |"),
        ("Switch", "Forwards frames."),
    ]


def test_a_heading_that_is_only_a_number_is_no_question(read: Any) -> None:
    text = (
        "## Question 1\n\nWhat is x?\nIn short.\n\n### Answer\n\ny\n\n"
        "## Question 2\n\n```py\nx\n```\n\n### Answer\n\nw\n"
    )
    assert read.pairs(text) == [("What is x?\n\nIn short.", "y"), ("Question 2\n\n```py\nx\n```", "w")]
