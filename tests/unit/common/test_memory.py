"""A memory: what the last build made, and no more than it may hold."""

from __future__ import annotations

from functools import partial

from qexport.common.memory import Memory


def test_makes_a_result_once_and_forgets_what_a_build_did_not_use() -> None:
    memory, made = Memory(), []

    def make(word: str) -> str:
        made.append(word)
        return word.upper()

    def ask(*words: str) -> list[str]:
        return [memory.recall(word, partial(make, word), len) for word in words]

    assert ask("a", "b", "a") == ["A", "B", "A"]
    memory.turn()
    assert ask("a", "c") == ["A", "C"]
    memory.turn()
    assert ask("a", "b") == ["A", "B"]
    assert made == ["a", "b", "c", "b"]


def test_remembers_no_more_bytes_than_it_may() -> None:
    memory = Memory(limit=10)
    memory.remember("a", "x", 6)
    memory.remember("b", "y", 6)
    memory.remember("c", "z", 4)
    assert [memory.find(key) for key in "abc"] == ["x", None, "z"]
    memory.turn()
    memory.remember("b", "y", 6)
    assert [memory.find(key) for key in "abc"] == ["x", "y", "z"]
    memory.turn()
    assert [memory.find(key) for key in "abc"] == [None, "y", "z"]
