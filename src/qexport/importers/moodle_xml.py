"""Moodle XML → questions: multiple choice, true or false, short answer, number, essay, matching, order, gaps.

Source of the form: docs.moodle.org/en/Moodle_XML_format.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote as quote_address

from qexport.bank.model import LETTERS
from qexport.bank.quiz_form import (
    MATCHING,
    PARTLY_RIGHT,
    QUIZ_EXTRAS,
    QUIZ_MARK,
    QUIZ_TYPE,
    UNMATCHED,
    join_feedback,
    place_of_category,
    read_category,
    write_pairs,
)
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.text_input import quote
from qexport.importers.foreign_formulas import has_marked_formula, read_html_with_formulas
from qexport.importers.html_markdown import html_to_plain
from qexport.importers.moodle_cloze import flatten_embedded
from qexport.importers.source import Found, Reading, Source, SourceValue

_KINDS_READ = frozenset(
    {
        *("multichoice", "truefalse", "shortanswer", "numerical", "essay", "matching"),
        *("ddwtos", "gapselect", "ordering", "cloze", "multianswer"),
    }
)
_GAP_NUMBER = re.compile(r"\\?\[\\?\[([1-9][0-9]{0,2})\\?\]\\?\]")
_PLUGIN_FILE = "@@PLUGINFILE@@/"


def parse(source: Source) -> Reading:
    """Read a file of Moodle XML; what is no question of a known kind is left aside with its line."""
    tree = read_xml(source)
    pictures = _take_files(tree)
    ours = QUIZ_MARK.match(source.text)
    found: list[Found] = []
    aside: list[Problem] = []
    category = ""
    for element in tree.iterchildren("question"):
        place = Location(source.path, element.sourceline or 0, 1)
        kind = element.get("type") or ""
        if kind == "category":
            category = _read_element_text(element.find("category"), source, as_markdown=False)
            category = category if ours else html_to_plain(category)
        elif kind == "description":
            aside.append(Problem(place, "a description, no question: left aside"))
        elif kind not in _KINDS_READ:
            aside.append(
                Problem(
                    place,
                    f"a question of the type {quote(kind)}: left aside",
                    f"these are read: {', '.join(sorted(_KINDS_READ))}",
                )
            )
        else:
            found.append(_read_moodle_question(element, kind, category, source, place))
    if not found:
        raise InputRefused(
            (Problem(Location(source.path, 1, 1), "there is no question in this file"), *aside)
        )
    columns = tuple((name, name) for name in dict.fromkeys(name for each in found for name in each.fields))
    has_maths = ours["math"] if ours else has_marked_formula(source.text)
    header: dict[str, SourceValue] = {"math": "true"} if has_maths else {}
    return Reading(
        shape="Moodle XML",
        questions=tuple(found),
        header=header,
        columns=columns,
        left_aside=tuple(aside),
        held_pictures=pictures,
    )


def _take_files(tree: Any) -> dict[str, bytes]:
    """Return the files that texts name, and give each a name of its own: two questions may have an `a.png` each."""
    files: dict[str, bytes] = {}
    for element in tree.iterfind(".//file"):
        name = element.get("name") or ""
        beside = element.getparent().find("text")
        try:
            data = base64.b64decode(element.text or "")
        except (binascii.Error, ValueError):
            continue
        if not name or beside is None or not beside.text:
            continue
        own = f"{sha256(data).hexdigest()[:8]}/{name}"
        files[own] = data
        for written in (quote_address(name), name):
            beside.text = beside.text.replace(f"{_PLUGIN_FILE}{written}", quote_address(own))
    return files


def read_xml(source: Source) -> Any:
    """Return the root of an XML file, read without entities, network and document types.

    Raises:
        InputRefused: it is not well-formed, or has a document type.
        LimitExceeded: it has more tags than a page may have, times ten.
    """
    from lxml import etree  # type: ignore[import-untyped]

    if source.data.count(b"<") > 10 * source.limits.tags:
        raise source.limits.make_error(
            "tags", f"{source.path}: XML of more than 10 times {source.limits.show('tags')}"
        )
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", source.data):
        message = "a document type in XML is not read"
        raise InputRefused(
            (Problem(Location(source.path, 1, 1), message, "remove the line that begins with <!DOCTYPE"),)
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    data = (
        re.sub(r"\A\s*<\?xml[^>]*\?>", "", source.text).encode("utf-8", "replace")
        if source.text
        else source.data
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        words = quote(" ".join(str(error.msg or "not well-formed").split(",")[0].split()))[1:-1]
        raise InputRefused((Problem(Location(source.path, line, column), f"not XML: {words}"),)) from error


def _read_element_text(element: Any, source: Source, *, as_markdown: bool = True) -> str:
    """Return the text of an element, its HTML as Markdown."""
    if element is None:
        return ""
    inner = element.find("text")
    text = "".join((inner if inner is not None else element).itertext()).strip()
    if not as_markdown or element.get("format") in ("plain_text", "markdown"):
        return text
    return read_html_with_formulas(text, path=source.path, limits=source.limits)


def _read_moodle_question(element: Any, kind: str, category: str, source: Source, place: Location) -> Found:
    fields: dict[str, SourceValue] = {}
    extra: dict[str, SourceValue] = {}
    name = _read_element_text(element.find("name"), source, as_markdown=False)
    asked = _read_element_text(element.find("questiontext"), source)
    fields["question"] = asked or name
    if name and " ".join(name.split()) != " ".join(asked.split()):
        extra["name"] = name
    fields |= _read_moodle_answers(element, kind, asked, source)
    extra |= {name: fields.pop(name) for name in QUIZ_EXTRAS if name in fields}
    if general := _read_element_text(element.find("generalfeedback"), source):
        fields["answer"] = f"{fields['answer']}\n\n{general}" if "answer" in fields else general
    if is_ours := QUIZ_MARK.match(source.text) is not None:
        fields |= place_of_category(category)
    else:
        fields |= dict(zip(("category", "technology"), reversed(read_category(category)), strict=False))
    tags = tuple(
        filter(
            None, (_read_element_text(tag, source, as_markdown=False) for tag in element.iterfind("tags/tag"))
        )
    )
    if tags:
        fields["tags"] = tags
    identity = _read_element_text(element.find("idnumber"), source, as_markdown=False)
    if identity:
        fields["id"] = identity
    forms = {each.get("format") for each in element.iterchildren("questiontext", "answer", "generalfeedback")}
    if is_ours:
        fields["markup"] = "plain" if forms == {"plain_text"} else "markdown"
        if not (fields.get("answer") or fields.get("correct")):
            fields["status"] = "draft"
        extra.pop("name", None)
        return Found(location=place, fields=fields, extra=extra, key=identity, is_exact=True)
    return Found(
        location=place,
        fields=fields,
        extra=extra,
        key=identity,
        has_letters=True,
        markup="plain" if forms == {"plain_text"} else "markdown",
    )


def _read_moodle_answers(element: Any, kind: str, asked: str, source: Source) -> dict[str, SourceValue]:
    if kind in ("cloze", "multianswer"):
        gaps, filled = flatten_embedded(asked)
        return {"question": gaps, "answer": filled} if filled != gaps else {}
    if asked and kind in ("ddwtos", "gapselect"):
        return _fill_gaps(asked, element, source)
    if kind == "matching":
        return _read_pairs(element, source)
    if kind == "ordering":
        listed = [
            _read_element_text(each, source) for each in sorted(element.iterfind("answer"), key=_fraction)
        ]
        return (
            {"answer": "\n".join(f"{number}. {text}" for number, text in enumerate(listed, 1))}
            if listed
            else {}
        )
    answers = [
        (_read_element_text(each, source), _fraction(each), _read_element_text(each.find("feedback"), source))
        for each in element.iterfind("answer")
    ]
    fields: dict[str, SourceValue] = {}
    if kind == "truefalse" and answers:
        right = next((text for text, fraction, _ in answers if fraction > 0), "true")
        fields = {"choices": ("True", "False"), "correct": ("a" if right.casefold() == "true" else "b",)}
    elif kind == "multichoice" and answers:
        fields = _read_choice_answers(answers)
    elif given := [(text, fraction) for text, fraction, _ in answers if fraction > 0 and text]:
        tolerance = _read_element_text(element.find("answer/tolerance"), source, as_markdown=False)
        fields = _read_text_answers(given, tolerance if kind == "numerical" else "")
    elif grader := _read_element_text(element.find("graderinfo"), source):
        fields["answer"] = grader
    if feedback := join_feedback([(text, feedback) for text, _, feedback in answers]):
        fields["deep_explanation"] = feedback
    return fields


def _read_pairs(element: Any, source: Source) -> dict[str, SourceValue]:
    """Return the pairs of a matching question as a list, and what it offers beside them."""
    pairs = [
        (
            _read_element_text(each, source),
            _read_element_text(each.find("answer"), source, as_markdown=False),
        )
        for each in element.iterfind("subquestion")
    ]
    fields: dict[str, SourceValue] = {QUIZ_TYPE: MATCHING}
    if listed := write_pairs([pair for pair in pairs if pair[0]]):
        fields["answer"] = listed
    if unmatched := tuple(right for left, right in pairs if right and not left):
        fields[UNMATCHED] = unmatched
    return fields


def _fill_gaps(asked: str, element: Any, source: Source) -> dict[str, SourceValue]:
    """Return a text with numbered gaps as a question, and the text with the words in them as its answer."""
    words = [_read_element_text(each, source) for each in element.iterchildren("dragbox", "selectoption")]
    used: set[int] = set()

    def fill(found: re.Match[str]) -> str:
        used.add(int(found[1]))
        return f"**{words[int(found[1]) - 1]}**" if int(found[1]) <= len(words) else found[0]

    fields: dict[str, SourceValue] = {"answer": _GAP_NUMBER.sub(fill, asked)} if words else {}
    fields["question"] = _GAP_NUMBER.sub("_____", asked)
    if unmatched := tuple(word for number, word in enumerate(words, 1) if word and number not in used):
        fields[UNMATCHED] = unmatched
    return fields


def _read_choice_answers(answers: Sequence[tuple[str, float, str]]) -> dict[str, SourceValue]:
    """Return choices, and which are right: those that give all points, if one does."""
    is_one = any(fraction == 100 for _, fraction, _ in answers)
    lettered = [
        (letter, fraction) for letter, (_, fraction, _) in zip(LETTERS, answers, strict=False) if fraction > 0
    ]
    fields: dict[str, SourceValue] = {
        "choices": tuple(text or "–" for text, _, _ in answers),
        "correct": tuple(letter for letter, fraction in lettered if fraction == 100 or not is_one),
    }
    if is_one and (partly := [f"{letter} ({share:g} %)" for letter, share in lettered if share != 100]):
        fields[PARTLY_RIGHT] = tuple(partly)
    return fields


def _read_text_answers(given: Sequence[tuple[str, float]], tolerance: str) -> dict[str, SourceValue]:
    """Return the answers that give most points as one, and the others."""
    best = max(fraction for _, fraction in given)
    answer = " / ".join(text for text, fraction in given if fraction == best)
    fields: dict[str, SourceValue] = {
        "answer": f"{answer} ± {tolerance}" if tolerance.strip("0. ") else answer
    }
    if partly := [f"{text} ({fraction:g} %)" for text, fraction in given if fraction < best]:
        fields[PARTLY_RIGHT] = tuple(partly)
    return fields


def _fraction(element: Any) -> float:
    try:
        return float(element.get("fraction") or 0)
    except ValueError:
        return 0.0
