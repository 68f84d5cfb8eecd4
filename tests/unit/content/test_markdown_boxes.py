"""Task lists, callouts and details are boxes."""

from __future__ import annotations

import pytest
from tests.unit.content.markdown_texts import shown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- [ ] a\n- [x] b", '<ul><li class="task open">a</li><li class="task done">b</li></ul>'),
        ("1. [X] a", '<ol><li class="task done">a</li></ol>'),
        ("- [y] a\n- [ ]b", "<ul><li>[y] a</li><li>[ ]b</li></ul>"),
        (
            "> [!NOTE]\n> one",
            '<blockquote class="callout note"><p class="title">Note</p><p>one</p></blockquote>',
        ),
        (
            "> [!warning]- Own *title*\n>\n> - a",
            (
                '<blockquote class="callout warning"><p class="title">Own <em>title</em></p>'
                "<ul><li>a</li></ul></blockquote>"
            ),
        ),
        ("> [!my-kind]", '<blockquote class="callout note"><p class="title">My kind</p></blockquote>'),
        ("> [x]: no", "<blockquote></blockquote>"),
        (
            "<details>\n<summary>More *here*</summary>\n\n- a\n\n</details>\n\nb",
            "<details><summary>More <em>here</em></summary><ul><li>a</li></ul></details><p>b</p>",
        ),
        ("<details><summary>s</summary>a</details>", "<details><summary>s</summary><p>a</p></details>"),
        (
            "<details>\n<details>\na\n</details>\n</details>",
            "<details><summary>Details</summary><details><summary>Details</summary><p>a</p></details></details>",
        ),
    ],
)
def test_tasks_callouts_and_details_are_boxes(text: str, html: str) -> None:
    assert shown(text)[0] == html
