"""json_text: the bytes are those of Python's own `json`."""

from __future__ import annotations

import json
import random

import pytest

from qexport.common.json_text import write_json

EVERY_CHARACTER = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x11000), *range(0x1F300, 0x1F700))))
VALUES: tuple[object, ...] = (
    {},
    {"a": [], "b": {}, "c": (), "d": None, "e": [True, False, 0, -1, 2**63]},
    {"b": 1, "a": {"z": ["x", ("y", "z")], "Z": ""}, "é": "e", "ß": "ss"},
    {"every": EVERY_CHARACTER, EVERY_CHARACTER[:300]: "key"},
    {"spaces": 'a, b: c {"d": [1,2]}', "slash": "</script>", "lines": "\u2028\u2029\x85\x7f"},
    {"half": "\ud800 of a pair"},  # which msgspec does not write
    {"large": 2**70},
)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_json_is_written_as_python_writes_it(value: dict[str, object]) -> None:
    assert write_json(value) == json.dumps(value, ensure_ascii=False)


def test_json_of_random_texts_is_written_as_python_writes_it() -> None:
    chance = random.Random(1)
    for _ in range(300):
        texts = ["".join(chance.choices(EVERY_CHARACTER[:400] + '"\\\n,: ', k=30)) for _ in range(4)]
        value = {texts[0]: texts[1:], "number": chance.randrange(10**12)}
        assert write_json(value) == json.dumps(value, ensure_ascii=False)


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json({"a": {1j}})
