"""Expressions compiled when they are first used are used as any."""

from __future__ import annotations

import re

import pytest

from qexport.common.patterns import compile_late


def test_it_is_compiled_once_and_has_all_of_an_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    compile_ = re.compile

    def count(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return compile_(pattern, flags)

    monkeypatch.setattr("qexport.common.patterns.re.compile", count)
    letters = compile_late("[a-z]+", re.IGNORECASE)
    assert compiled == []
    assert letters.findall("a B1") == ["a", "B"]
    assert letters.sub("-", "ab 1") == "- 1"
    assert letters.sub("-", "ab 2") == "- 2"
    assert letters.pattern == "[a-z]+"
    assert compiled == ["[a-z]+"] * 3  # findall, sub, pattern


def test_bytes_are_matched_by_bytes() -> None:
    assert compile_late(rb"\0(\d+)\0").findall(b"a\x0012\0") == [b"12"]
