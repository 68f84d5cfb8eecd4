"""readme: every shape in which people keep questions in Markdown."""

from __future__ import annotations

from typing import Any

import pytest

from qexport.common.errors import InputRefused
from qexport.importers.registry import read_source
from qexport.importers.source import Reading, Source

FOLDED = """\
# JavaScript Questions

---

###### 1. What's the output?

```javascript
function sayHi() {}
```

- A: `Lydia` and `undefined`
- B: `ReferenceError` and `21`

<details><summary><b>Answer</b></summary>
<p>

#### Answer: B

Within the function, we first declare.

</p>
</details>

---

###### 2. What's next?

- A: one
- B: two

<details><summary>Show answer</summary>

#### Answer: A

Because.
</details>
"""

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

TASKS = """\
## Git

#### Q1. How do you check the version?

- [ ] git --v
- [x] git --version

[Reference](https://git-scm.com)

#### Q2. What makes a remote?

- [x] git remote
- [ ] git branch
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

ANSWERED = """\
### Create a `pipe` function.

```js
pipe(f, g)
```

#### Answer

Use the rest operator.

#### Good to hear

- Composition

##### Additional links

* [What is it?](https://example.org/x)

<!-- tags: (javascript, functions) -->

<!-- expertise: (2) -->
"""


def facts(question: Any) -> dict[str, Any]:
    names = (
        "question",
        "answer",
        "choices",
        "correct",
        "technology",
        "category",
        "level",
        "links",
        "follow_ups",
    )
    return {name: value for name in names if (value := getattr(question, name))}


def test_answers_folded_below_headings(read: Any) -> None:
    first, second = read.questions(FOLDED)
    assert facts(first) == {
        "question": "What's the output?\n\n```javascript\nfunction sayHi() {}\n```",
        "choices": ("`Lydia` and `undefined`", "`ReferenceError` and `21`"),
        "correct": ("b",),
        "answer": "Within the function, we first declare.",
    }
    assert facts(second) == {
        "question": "What's next?",
        "choices": ("one", "two"),
        "correct": ("a",),
        "answer": "Because.",
    }


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


def test_headings_in_a_numbered_list(read: Any) -> None:
    assert [facts(each) for each in read.questions(NUMBERED_HEADINGS)] == [
        {
            "question": "What is React?",
            "answer": "A **library**.\n\n```jsx\nconst a = <div/>;\n```",
            "category": "Core React",
        },
        {"question": "Explain JSX", "answer": "XML-like.", "category": "Core React"},
    ]


def test_task_lists_are_choices(read: Any) -> None:
    assert [facts(each) for each in read.questions(TASKS)] == [
        {
            "question": "How do you check the version?",
            "choices": ("git --v", "git --version"),
            "correct": ("b",),
            "answer": "[Reference](https://git-scm.com)",
            "category": "Git",
        },
        {
            "question": "What makes a remote?",
            "choices": ("git remote", "git branch"),
            "correct": ("a",),
            "category": "Git",
        },
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


def test_a_question_with_parts_under_headings_of_their_own(read: Any) -> None:
    (question,) = read.questions(ANSWERED)
    assert facts(question) == {
        "question": "Create a `pipe` function.\n\n```js\npipe(f, g)\n```",
        "answer": "Use the rest operator.",
        "level": "Advanced",
        "links": ("[What is it?](https://example.org/x)",),
    }
    assert question.deep_explanation == "- Composition"
    assert question.tags == ("javascript", "functions")


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


def test_the_address_of_a_question_that_is_a_link_is_kept(read: Any) -> None:
    text = "- [What is a wing?](https://example.org/1)\n- [Why two?](https://example.org/2)\n- [More](other.md)\n"
    assert [(each.question, each.links) for each in read.questions(text)] == [
        ("What is a wing?", ("https://example.org/1",)),
        ("Why two?", ("https://example.org/2",)),
    ]


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


def test_a_file_about_the_others_is_left_aside() -> None:
    reading = read_note("README.md", "# My notes\n\nAll about birds.\n")
    assert reading.questions == ()
    assert [str(each) for each in reading.left_aside] == [
        "vault/README.md:1:1: a file about the others: 'My notes': left aside"
    ]
