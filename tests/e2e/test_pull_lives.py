"""What comes back from the real Anki, in random lives; a longer run is `python tools/try_pull_lives.py`."""

from __future__ import annotations

import pytest

from qexport.anki import merged_pictures, proposals

pytest.importorskip("anki.collection")
lives = pytest.importorskip("tools.try_pull_lives")


def test_random_lives_lose_no_edit_and_make_none_up() -> None:
    *_, counts = lives.lives(4, 3, 1)
    for kind in ("edits taken", "pulls", "editions", "our edits"):
        assert counts[kind] > 5


def test_an_edit_that_is_lost_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "merge_texts", lambda _base, ours, _theirs, _prefer="": ours)
    with pytest.raises(AssertionError, match=r"^life [0-9]+: "):
        list(lives.lives(4, 3, 1))


def test_an_edit_of_ours_that_is_undone_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "merge_texts", lambda _base, _ours, theirs, _prefer="": theirs)
    with pytest.raises(AssertionError, match=r"^life [0-9]+: "):
        list(lives.lives(6, 4, 1))


def test_a_picture_of_ours_that_is_undone_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        merged_pictures.PictureWords, "words", lambda _self, base, ours, theirs: (base, ours, theirs)
    )
    with pytest.raises(AssertionError, match=r"^life 5: Q-1 question is"):
        list(lives.lives(1, 3, 5))
