"""A memory: what the last build made, and no more than it may hold."""

from __future__ import annotations

from functools import partial

from qexport.common.memory import BUILDS, Memory


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
    for _ in range(BUILDS):
        memory.turn()
    assert ask("a", "c") == ["A", "C"]
    assert made == ["a", "b", "c"]
    assert ask("b") == ["B"]
    for _ in range(BUILDS + 1):
        memory.turn()
    assert ask("a") == ["A"]
    assert made == ["a", "b", "c", "b", "a"]


def test_remembers_no_more_bytes_than_it_may() -> None:
    memory = Memory(limit=10)
    memory.remember("a", "x", 6)
    memory.remember("b", "y", 6)
    memory.remember("c", "z", 4)
    assert [memory.find(key) for key in "abc"] == ["x", None, "z"]
    memory.turn()
    memory.remember("b", "y", 6)
    assert [memory.find(key) for key in "bca"] == ["y", "z", "x"]
    for _ in range(BUILDS + 1):
        memory.turn()
    assert [memory.find(key) for key in "abc"] == [None, None, None]
