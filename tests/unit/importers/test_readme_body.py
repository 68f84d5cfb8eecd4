"""What is below a question is its choices, answer, links and other parts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.importers.question_facts import facts

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


def test_a_question_with_parts_under_headings_of_their_own(read: Any) -> None:
    (question,) = read.questions(ANSWERED)
    assert facts(question) == {
        "question": "Create a `pipe` function.\n\n```js\npipe(f, g)\n```",
        "answer": "Use the rest operator.",
        "level": "Advanced",
        "links": ("[What is it?](https://example.org/x)",),
        "deep_explanation": "- Composition",
        "tags": ("javascript", "functions"),
    }


def test_the_address_of_a_question_that_is_a_link_is_kept(read: Any) -> None:
    text = "- [What is a wing?](https://example.org/1)\n- [Why two?](https://example.org/2)\n- [More](other.md)\n"
    assert [(each.question, each.links) for each in read.questions(text)] == [
        ("What is a wing?", ("https://example.org/1",)),
        ("Why two?", ("https://example.org/2",)),
    ]


def test_a_mark_before_the_answer_is_no_part_of_it(read: Any) -> None:
    text = "# T\n\n## Q. What is a?\n\n**A.**\n\nThe first letter.\n\n## Q. What is b?\n\n**Answer:** The second.\n"
    assert read.pairs(text) == [("What is a?", "The first letter."), ("What is b?", "The second.")]


def test_a_choice_that_is_code_has_all_of_it(read: Any) -> None:
    text = (
        "# Go\n\n#### Q1. What is printed?\n\n- [ ] A:\n\n```\n1\n```\n\n- [x] B:\n\n```\n2\n```\n\nBecause.\n\n"
        "#### Q2. And then?\n\n- [x] one\n- [ ] two\n"
    )
    first, _ = read.questions(text)
    assert (first.choices, first.correct, first.answer) == (
        ("```\n1\n```", "```\n2\n```"),
        ("b",),
        "Because.",
    )


@pytest.mark.parametrize("margin", ["", "   "])
@pytest.mark.parametrize("blank", ["", "\n"])
@pytest.mark.parametrize("asked", ["Which is lazy?", "The lazy one is"])
def test_an_exam_of_numbered_questions_with_lettered_choices(
    read: Any, margin: str, blank: str, asked: str
) -> None:
    items = (
        f"{number}. {asked}\n{blank}{margin}a) a list {number}\n{margin}b) a generator\n{blank}{margin}Answer: b\n\n"
        for number in (1, 2)
    )
    found = read.questions("".join(items), "q.txt")
    assert [(each.question, each.choices, each.correct, each.answer) for each in found] == [
        (asked, (f"a list {number}", "a generator"), ("b",), "") for number in (1, 2)
    ]
