"""A picture is what it shows: what its file is called does not count in a merge."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image

from qexport.anki.merged_pictures import (
    ANY_NAMES,
    FileNames,
    PictureWords,
    choose_pictures,
    guess_pictures,
    pair_pictures,
    pictures_in,
    swap_source,
)
from qexport.bank.merging import merge_texts
from qexport.common.limits import USUAL

ONE, TWO, THREE = (f"{digit * 32}.png" for digit in "123")


def shown(*names: str) -> str:
    return "".join(f'<img src="qexport-{name}">' for name in names)


def test_the_deck_names_its_pictures_by_their_content() -> None:
    assert pictures_in(f'{shown(ONE)} <img src="paste.png"> {shown(TWO, ONE)}') == [ONE, TWO, ONE]


def test_names_of_files_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    (tmp_path / "a.png").write_bytes(file.getvalue())
    names = FileNames(tmp_path, {tmp_path / "b.png": TWO}, USUAL)
    assert [names.get(source) for source in ("a.png", "b.png", "c.png", "https://x.org/d.png")] == [
        f"{sha256(file.getvalue()).hexdigest()[:32]}.png",
        TWO,
        None,
        None,
    ]
    assert ANY_NAMES.get("https://x.org/d.png") is None
    assert list(names) == []
    assert len(names) == 0


def test_the_pictures_of_a_note_are_those_of_the_edition_that_it_shows() -> None:
    old, new = {"a.png": ONE, "b.png": THREE}, {"a.png": TWO, "b.png": THREE}
    assert choose_pictures([old, new], [ONE, THREE], new) == old
    assert choose_pictures([old, new], [TWO], new) == new
    assert choose_pictures([new, old], [], new) == old  # nobody knows: what the bank has counts as a change
    assert choose_pictures([None, old], [ONE], new) == old
    assert choose_pictures([None, old], [TWO], new) is None  # of the edition that nobody noted
    assert choose_pictures([None], [ONE], new) is None


def test_without_a_word_in_the_history_places_say_which_pictures_they_were() -> None:
    sources = ("a.png", "b.png", "c.png")
    places = {"Answer": shown(*(ANY_NAMES[source] for source in sources))}
    today = {"a.png": ONE, "b.png": TWO}

    def guess(*names: str) -> dict[str, str]:
        return guess_pictures(places, sources, {"Answer": shown(*names)}, today)

    assert guess(ONE, TWO, THREE) == {"a.png": ONE, "b.png": TWO, "c.png": THREE}
    assert guess(ONE, THREE) == {"a.png": ONE, "b.png": THREE}  # of c.png there never was a file
    assert guess(TWO) == {"a.png": ONE, "b.png": TWO}  # the learner took the first one out
    assert guess() == today


def test_a_picture_is_paired_with_what_is_in_its_place() -> None:
    assert pair_pictures({"a.png": ONE}, {"a.png": TWO}) == {ONE: ["a.png"]}
    assert pair_pictures({"a.png": ONE, "b.png": TWO}, {"c.png": THREE, "b.png": TWO}) == {
        ONE: ["c.png"],
        TWO: ["b.png"],
    }
    assert pair_pictures({"a.png": ONE}, {}) == {}


def merged(base: str, ours: str, theirs: str, words: PictureWords) -> object:
    before, one, other = words.words(base, ours, theirs)
    assert isinstance(before, str)
    assert isinstance(one, str)
    assert isinstance(other, str)
    result = merge_texts(before, one, other)
    return None if result is None else words.back(result)


def test_pictures_are_merged_by_what_they_show() -> None:
    base = "One ![x](a.png) two."
    same = PictureWords({"a.png": ONE}, {"a.png": ONE}, {"pictures/p.png": TWO})
    theirs = "One ![x](pictures/p.png) two."
    assert merged(base, base, theirs, same) == theirs
    replaced = PictureWords({"a.png": ONE}, {"a.png": THREE}, {"pictures/p.png": TWO})
    assert merged(base, base, theirs, replaced) is None
    assert replaced.replaced_in(replaced.words(base, base, theirs)[1]) == ("a.png",)
    assert replaced.replaced_in("none") == ()
    taken = PictureWords({"a.png": ONE}, {"a.png": TWO}, {"pictures/p.png": TWO})
    assert merged(base, base, theirs, taken) == base
    renamed = PictureWords({"a.png": ONE}, {"my b.png": ONE}, {})
    ours = "One ![x](<my b.png>) two."
    assert merged(base, ours, "1 ![x](a.png) two.", renamed) == "1 ![x](<my b.png>) two."
    quoted = PictureWords({"a.png": ONE}, {"my b.png": ONE}, {})
    assert merged(base, "One ![x](my%20b.png) 2.", "1 ![x](a.png) two.", quoted) == "1 ![x](my%20b.png) 2."


def test_two_files_with_one_picture_stay_two() -> None:
    words = PictureWords({"a.png": ONE, "b.png": ONE}, {"a.png": ONE, "b.png": ONE, "c.png": ONE}, {})
    text = "![](a.png) one ![](b.png)"
    assert merged(text, f"{text} ![](c.png)", text.replace("one", "two"), words) == (
        "![](a.png) two ![](b.png) ![](c.png)"
    )
    assert words.words(("![](a.png)", 1), 2, None)[0] == ("![](QXSHOWN1QX)", 1)
    assert words.back(("QXSHOWN1QX", "QXSHOWN9QX", 1)) == ("a.png", "QXSHOWN9QX", 1)


def test_a_text_of_the_newest_edition_was_taken_before_whatever_the_bank_shows_now() -> None:
    words = PictureWords({"a.png": ONE}, {"new.png": TWO}, {"pictures/p.png": THREE})
    newest: list[dict[str, str] | None] = [None, {"b.png": THREE}, {"b.png": TWO}]

    def is_published(theirs: object, said: object) -> bool:
        return words.was_published(theirs, said, newest)

    assert is_published("x", "x")
    assert is_published("x ![](a.png)", "x ![](b.png)")  # left alone by the learner
    assert is_published(("x ![](a.png)", "y"), ("x ![](b.png)", "y"))
    assert is_published("x ![](pictures/p.png)", "x ![](b.png)")
    assert not is_published("z ![](a.png)", "x ![](b.png)")
    assert not is_published("x", "x ![](b.png)")
    assert not is_published(("x",), ("x", "y"))
    assert not words.was_published("x ![](pictures/p.png)", "x ![](b.png)", [{"b.png": TWO}])
    assert not words.was_published("x ![](a.png)", "x ![](b.png)", [None])


def test_a_text_shows_another_picture() -> None:
    text = "a.png ![a.png](a.png) ![](img/a.png) <img src='a.png'>"
    assert swap_source(text, "a.png", "p.png") == "a.png ![a.png](p.png) ![](img/a.png) <img src='p.png'>"
