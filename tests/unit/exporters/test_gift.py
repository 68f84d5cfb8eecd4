"""Questions as GIFT."""

from __future__ import annotations

from tests.unit.go_bank import BANK

from qexport.bank.model import Bank, Question
from qexport.exporters.gift import write


def test_ids_and_tags_are_in_comments_and_choices_are_marked() -> None:
    assert write(BANK).text == (
        "// qexport\n\n$CATEGORY: $course$/Go\n\n"
        "// [id:a] [tag:x]\n::a:: [plain]What is a slice? {~one =two ####A view.}\n\n"
        "// [id:b]\n::b:: [plain]How long is a slice? {####len(s)}\n"
    )


def test_signs_of_gift_are_escaped() -> None:
    text = write(Bank(title="T", questions=(Question(id="a", question="{a} = b?", answer="#1"),))).text
    assert "\\{a\\} \\= b?" in text
    assert "####\\#1" in text
