"""Merge captured hub pages into a bank: captures + the bank there is → the bank's new text and a report.

For the pipeline (pure: texts in, text out; nothing is read or written here):

    result = merge_captures(
        [("seeds/captures/a.txt", text), …],           # as the user named them; by source_text.read_text
        ("seeds/captures/vocabulary.yaml", text),      # beside the captures, or --vocabulary
        ("seeds/questions.yaml", text),                # the bank there is; None when the file does not exist
    )
    if result.text is not None:                        # None: nothing new, the bank's file stays untouched
        output.write(path, result.text.encode())
    print(result.report)                               # one line a capture, details indented below
    result.report.conflicts, result.report.unmatched   # for --json and the exit status
    result.report.warnings                             # tuple[Problem, ...]

Raises InputRefused (every problem of every capture at once) and LimitExceeded.

What the bank says is never overwritten unasked: a person may have edited it. A capture that says something else
is a conflict, which is shown, or settled for the page if `take` says so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from qexport.bank import jsonl_reader, yaml_reader
from qexport.bank.jsonl_writer import write_jsonl
from qexport.bank.model import PROSE_SECTIONS, Bank, Question, RawBank, RawMapping, RawRecord, RawText
from qexport.bank.validation import validate
from qexport.bank.yaml_append import append_to_list, find_key_behind
from qexport.bank.yaml_editor import edit_yaml
from qexport.bank.yaml_writer import write_bank
from qexport.common.errors import InputRefused, Problem, QexportError
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import quote
from qexport.importers.hub.answer_blocks import Block, find_blocks
from qexport.importers.hub.page import Capture, parse_capture
from qexport.importers.hub.report import CaptureConflict, CaptureReport, Difference, ImportReport, Unmatched
from qexport.importers.hub.taking import Decision, Taking, take_none
from qexport.importers.hub.vocabulary import Vocabulary, read_vocabulary

CAPTURED_FIELDS = ("question", "technology", "category", "level", "difficulty", *PROSE_SECTIONS, "follow_ups")
"""What a captured record says; the rest of a question is the bank's own."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The text the bank's file should have (None: as it is), and what came of the captures."""

    text: str | None
    report: ImportReport


@dataclass(frozen=True, slots=True)
class _CheckedRecord:
    """A captured question, checked, and as it is in the capture."""

    question: Question
    raw: RawRecord


@dataclass(slots=True)
class _CaptureMerging:
    """The questions known so far: the bank's, then new ones."""

    taking: Taking
    questions: dict[str, Question] = field(default_factory=dict)
    """By every id they have or had, whatever its case."""
    new: list[_CheckedRecord] = field(default_factory=list)

    def add(self, question: Question) -> None:
        for identity in (question.id, *question.former_ids):
            self.questions[identity.casefold()] = question


def merge_captures(
    captures: Sequence[tuple[str, str]],
    vocabulary: tuple[str, str],
    existing: tuple[str, str] | None = None,
    limits: Limits = USUAL,
    *,
    take: Decision = take_none,
    as_lines: bool = False,
) -> ImportResult:
    """Merge captures into the existing bank, or make a new one; each of the first arguments is a path and its text.

    Args:
        captures: The pages.
        vocabulary: What divides their lines.
        existing: The bank there is.
        limits: Of the bank.
        take: Decides of each difference whether the bank takes what the page says.
        as_lines: The bank's text is JSON Lines.
    """
    words = read_vocabulary(vocabulary[1], vocabulary[0], limits)
    parse_there = jsonl_reader.parse_jsonl if as_lines else yaml_reader.parse_yaml
    raw = parse_there(existing[1], existing[0], limits) if existing else None
    bank = validate(raw, limits)[0] if raw else None
    parsed, problems = _parse_all(captures, words, limits)
    records = [_validate_capture(capture, words, problems, limits) for capture in parsed]
    if problems:
        raise InputRefused(tuple(dict.fromkeys(problems)))

    ids = frozenset(question.id for question in bank.questions) if bank else frozenset()
    merging = _CaptureMerging(Taking(take, ids))
    for question in bank.questions if bank else ():
        merging.add(question)
    reports: dict[int, CaptureReport] = {}
    # Listings first, in the order of their names: what comes of a capture does not hang on when it is named.
    order = sorted(range(len(parsed)), key=lambda at: (not records[at], _natural(parsed[at].path), at))
    for at in order:
        if records[at]:
            reports[at] = _merge_records(parsed[at].path, records[at], merging)
        else:
            reports[at] = _match(parsed[at], merging)
    claims, contradictions = _combine_claims(parsed, bank)
    report = ImportReport(
        tuple(reports[at] for at in range(len(parsed))),
        (*chain.from_iterable(capture.warnings for capture in parsed), *contradictions),
    )
    if as_lines:
        return ImportResult(_write_capture_lines(bank, words, claims, merging, limits), report)
    if existing and merging.taking.edits:
        existing = (
            existing[0],
            edit_yaml(existing[1], existing[0], [*merging.taking.listed_edits()], limits),
        )
        raw = yaml_reader.parse_yaml(existing[1], existing[0], limits)
        bank = validate(raw, limits)[0]
        if not merging.new:
            return ImportResult(existing[1], report)
    if not merging.new:
        return ImportResult(None, report)
    if existing and raw and bank:
        return ImportResult(_append(existing[1], raw, bank, merging.new, limits), report)
    return ImportResult(_write_capture_bank(words, claims, merging.new, limits), report)


def _parse_all(
    captures: Iterable[tuple[str, str]], words: Vocabulary, limits: Limits
) -> tuple[list[Capture], list[Problem]]:
    """Parse all captures, and collect their problems."""
    parsed = []
    problems: list[Problem] = []
    for path, text in captures:
        try:
            parsed.append(parse_capture(text, path, words, limits))
            problems += parsed[-1].problems
        except InputRefused as error:
            problems += error.problems
    return parsed, problems


def _validate_capture(
    capture: Capture, words: Vocabulary, problems: list[Problem], limits: Limits
) -> list[_CheckedRecord]:
    """Validate the records of one capture, one by one: the same question twice on a page is no problem."""
    records = []
    for raw in () if capture.problems else capture.records:
        try:
            bank, _ = validate(RawBank(capture.path, words.header, (raw,)), limits)
        except InputRefused as error:
            problems += error.problems
        else:
            records.append(_CheckedRecord(bank.questions[0], raw))
    return records


def _combine_claims(parsed: Sequence[Capture], bank: Bank | None) -> tuple[dict[str, RawText], list[Problem]]:
    """Return what the captures say of the whole hub (the most, where they differ), and where they differ."""
    claims: dict[str, RawText] = {}
    contradictions = []
    for name, claim in chain.from_iterable(capture.claims.items() for capture in parsed):
        first = claims.setdefault(name, claim)
        ours = getattr(bank.claims, name) if bank else None
        known, whose = (int(first.text), first.location) if ours is None else (ours, "the bank")
        if int(claim.text) != known:
            message = f"this page says that the hub has {claim.text} {name}, {whose} says {known}"
            contradictions.append(Problem(claim.location, message))
        claims[name] = max(first, claim, key=lambda said: int(said.text))
    return claims, contradictions


def _natural(path: str) -> list[str | int]:
    parts = re.split("([0-9]+)", path)
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


# Records


def _merge_records(path: str, records: Iterable[_CheckedRecord], merging: _CaptureMerging) -> CaptureReport:
    known = 0
    new: list[str] = []
    conflicts: list[CaptureConflict] = []
    taken: list[CaptureConflict] = []
    for record in records:
        question = record.question
        there = merging.questions.get(question.id.casefold())
        if there is None:
            merging.add(question)
            merging.new.append(record)
            new.append(question.id)
        elif differences := tuple(_differences(there, record)):
            there, settled, left = merging.taking.settle(there, question.location, differences)
            merging.add(there)
            taken += settled
            conflicts += left
        else:
            known += 1
    return CaptureReport(path, known, tuple(new), tuple(conflicts), taken=tuple(taken))


def _differences(known: Question, record: _CheckedRecord) -> Iterator[Difference]:
    for name in CAPTURED_FIELDS:
        ours, theirs = getattr(known, name), getattr(record.question, name)
        if ours != theirs:
            place = record.raw.keys.get(name, record.raw.location)
            words = word_diff(_join_words(ours), _join_words(theirs))
            yield Difference(place, name, words, theirs, is_takeable=True)


def _join_words(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)


# Answers only


def _match(capture: Capture, merging: _CaptureMerging) -> CaptureReport:
    """Find out whose answers these are."""
    questions = list({id(question): question for question in merging.questions.values()}.values())
    known = 0
    conflicts: list[CaptureConflict] = []
    taken: list[CaptureConflict] = []
    unmatched: list[Unmatched] = []
    for block in find_blocks(capture.paragraphs, questions):
        place = block.paragraphs[0].location
        if block.question is None:
            unmatched.append(Unmatched(place, len(block.paragraphs), block.paragraphs[0].text))
        elif differences := tuple(_block_differences(block, block.question)):
            question, settled, left = merging.taking.settle(block.question, place, differences)
            merging.add(question)
            taken += settled
            conflicts += left
        else:
            known += 1
    return CaptureReport(capture.path, known, (), tuple(conflicts), tuple(unmatched), tuple(taken))


def _block_differences(block: Block, question: Question) -> Iterator[Difference]:
    place = block.paragraphs[0].location
    # A section with a gap, or beside a stray paragraph, may not be on the page as its writer left it.
    is_whole = not block.surplus and not block.is_shuffled
    for pair in block.pairs:
        if pair.paragraph is None:
            yield Difference(place, pair.section, f"missing: {quote(pair.text)}")
        elif pair.paragraph.text != pair.text:
            words = word_diff(pair.text, pair.paragraph.text)
            value = _section_now(block, question, pair.section) if is_whole else None
            yield Difference(
                pair.paragraph.location, pair.section, words, value, is_takeable=value is not None
            )
    for paragraph in block.surplus:
        yield Difference(paragraph.location, "", f"one paragraph too many: {quote(paragraph.text)}")
    if block.is_shuffled:
        yield Difference(place, "", "the paragraphs are in another order")


def _section_now(block: Block, question: Question, section: str) -> str | None:
    """Return a section with its paragraphs as the page has them; None if one is missing there."""
    now = [pair.paragraph for pair in block.pairs if pair.section == section]
    if None in now:
        return None
    following = iter(paragraph.text for paragraph in now if paragraph)
    lines = getattr(question, section).split("\n")
    return "\n".join(next(following) if line.strip() else line for line in lines)


# The bank's text


def _write_capture_lines(
    bank: Bank | None,
    words: Vocabulary,
    claims: Mapping[str, RawText],
    merging: _CaptureMerging,
    limits: Limits,
) -> str | None:
    """Return a bank's JSON Lines with new questions and changed ones; None if nothing changes."""
    if not merging.new and not merging.taking.edits:
        return None
    if bank is None:
        return write_jsonl(_build_captured_bank(words, claims, merging.new, limits))
    kept = (merging.questions[question.id.casefold()] for question in bank.questions)
    return write_jsonl(replace(bank, questions=(*kept, *(record.question for record in merging.new))))


def _build_captured_bank(
    words: Vocabulary, claims: Mapping[str, RawText], new: Sequence[_CheckedRecord], limits: Limits
) -> Bank:
    header = words.header
    if claims:
        places = {name: claim.location for name, claim in claims.items()}
        said = RawMapping(claims, places, header.location)
        header = RawMapping(
            {**header.values, "claims": said}, {**header.keys, "claims": said.location}, said.location
        )
    return validate(RawBank(header.location.path, header, tuple(record.raw for record in new)), limits)[0]


def _write_capture_bank(
    words: Vocabulary, claims: Mapping[str, RawText], new: Sequence[_CheckedRecord], limits: Limits
) -> str:
    """Write a new bank."""
    bank = _build_captured_bank(words, claims, new, limits)
    text = write_bank(bank)
    if validate(yaml_reader.parse_yaml(text, "the new bank", limits), limits)[0] != bank:
        raise QexportError("the new bank does not read back as it was written; please report this")
    return text


def _append(text: str, raw: RawBank, bank: Bank, new: Sequence[_CheckedRecord], limits: Limits) -> str:
    """Add questions to the end of the bank's text, every character before them as it is."""
    problems = [
        *_find_undeclared("technology", "technologies", bank.technologies, raw, new),
        *_find_undeclared("level", "levels", bank.levels, raw, new),
        *find_key_behind(raw, len(new)),
    ]
    if problems:
        raise InputRefused(tuple(problems))
    return append_to_list(text, raw, bank, [record.question for record in new], limits)


def _find_undeclared(
    name: str, key: str, declared: Sequence[str], raw: RawBank, new: Iterable[_CheckedRecord]
) -> Iterator[Problem]:
    """Yield new names of technologies or levels that the bank's own list lacks."""
    for record in new if key in raw.header.values else ():
        value = getattr(record.question, name)
        if value not in declared:
            place = raw.header.keys[key]
            message = f"{name} {quote(value)} is not among the {key} at {place}"
            yield Problem(record.raw.keys[name], message, "add it there, at the place of its order")


# Words


def word_diff(ours: str, theirs: str, *, around: int = 3, most: int = 3) -> str:
    """Show where two texts differ, with a few words around each change."""
    old, new = ours.split(), theirs.split()
    if old == new:
        return "only white space differs"
    begin = next(
        (at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    shorter = min(len(old), len(new)) - begin
    behind = next((at for at in range(shorter) if old[-1 - at] != new[-1 - at]), shorter)
    middle_old, middle_new = old[begin : len(old) - behind], new[begin : len(new) - behind]
    changes = [[0, len(middle_old), 0, len(middle_new)]]
    if len(middle_old) * len(middle_new) < 1_000_000:
        matcher = difflib.SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        changes = [places for tag, *places in matcher.get_opcodes() if tag != "equal"]
    shown = []
    for old_from, old_to, new_from, new_to in changes[:most]:
        before = old[max(0, begin + old_from - around) : begin + old_from]
        after = old[begin + old_to : begin + old_to + around]
        removed, added = middle_old[old_from:old_to], middle_new[new_from:new_to]
        marked = [f"[-{_shorten_words(removed)}-]"] * bool(removed) + [
            f"{{+{_shorten_words(added)}+}}"
        ] * bool(added)
        shown.append(" ".join([*before, *marked, *after]))
    more = [f"and {len(changes) - most} more"] if len(changes) > most else []
    return " … ".join([*shown, *more])


def _shorten_words(words: Sequence[str], most: int = 8) -> str:
    if len(words) <= most:
        return " ".join(words)
    return f"{' '.join(words[: most // 2])} … {' '.join(words[-most // 2 :])}"
