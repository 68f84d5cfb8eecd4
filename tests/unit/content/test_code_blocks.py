"""Blocks of code."""

from __future__ import annotations

import pytest

from qexport.common.errors import LimitExceeded
from qexport.common.limits import USUAL, change_limits
from qexport.content.code_blocks import code_block


def test_each_line_is_an_element_and_a_known_language_is_marked() -> None:
    assert code_block("x = 1 < 2", "python") == (
        '<pre class="code"><code><span class="line">x = <span class="mi">1</span> &lt; '
        '<span class="mi">2</span></span>\n</code></pre>\n'
    )
    assert code_block("a<b", "no such language") == code_block("a<b")


def test_more_lines_than_the_limit_are_refused() -> None:
    with pytest.raises(LimitExceeded) as caught:
        code_block("a\nb\nc\n", limits=change_limits(USUAL, {"code-lines": 2}))
    assert caught.value.message.startswith("a block of code has more than 2 lines")
