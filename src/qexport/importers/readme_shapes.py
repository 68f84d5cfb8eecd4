"""The lines of a README → which shape most of its questions have, and where each begins and ends."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qexport.common.errors import Location
from qexport.importers.readme_lines import ANSWER_MARK, ANSWER_WORDS, Mark, is_asking
from qexport.importers.readme_table import find_tables
from qexport.importers.readme_text import clean_line, clean_name, level_of_signs
from qexport.importers.source import Source, SourceValue

README_SHAPES = {
    "card": "flash cards of Obsidian: `::`, a line of `?`, ==gaps==",
    "details": "questions folded: <details> with a <summary>",
    "folded": "questions with their answers folded: <details>",
    "pair": "pairs of Q: and A:",
    "answered": "headings are questions, with answers under a heading of their own",
    "heading": "headings are questions",
    "bold": "bold lines are questions",
    "table": "a table",
    "number": "numbered items are questions",
    "item": "bulleted items are questions",
    "term": "headings are questions, though none asks",
    "note": "the file is one question: its title",
}
NO_QUESTION_HEADING = re.compile(
    r"\W*(?:table of contents?|contents?|toc|index|contribut\w*(?: guide\w*)?|how to contribute\b.*"
    r"|licen[sc]e|about|credits?|authors?|acknowledg\w+"
    r"|maintainers?|sponsors?|support(?: us)?|installation|getting started|star history|disclaimer|usage"
    r"|contact|connect with me\b.*|.*المساهم.*|目录|目次|المحتويات|参与协作|贡献|ライセンス)\W*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class ReadmeFile:
    """A file being read."""

    source: Source
    lines: list[str]
    skipped: int
    """Lines of front matter above."""
    said: Mapping[str, SourceValue]
    comments: dict[str, SourceValue]
    marks: list[Mark] = field(default_factory=list)
    legend: dict[str, str] = field(default_factory=dict)
    covered: set[int] = field(default_factory=set)
    """Lines that are part of a question."""

    def place(self, line: int) -> Location:
        """Return where a line (from 0) stands in the file."""
        return Location(self.source.path, line + self.skipped + 1, 1)


@dataclass(slots=True)
class Start:
    """Where a question begins, and where what belongs to it ends."""

    mark: Mark
    end: int = 0
    names: tuple[str, ...] = ()
    """The headings above it."""
    first: int = 0
    """The place of its mark among all marks."""


def find_starts(file: ReadmeFile) -> tuple[str, list[Start]]:
    """Return the shape of most questions, and where each begins."""
    marks = _without_apart(file.marks)
    tables = find_tables(file.lines)
    choices: list[tuple[str, list[Mark]]] = [
        ("details", _summaries(marks)),
        ("folded", _find_folded_starts(marks)),
        ("pair", _find_pair_marks(file, marks)),
        ("answered", _find_answered(marks)),
        ("heading", _headings(marks)),
        ("bold", [mark for mark in marks if mark.kind == "bold" and _asks(mark.text)]),
        ("table", [Mark("item", table.line, "") for table in tables for _ in table.rows]),
        ("number", _find_item_marks(marks, "number", file.lines)),
        ("item", _find_item_marks(marks, "item")),
    ]
    most = max(len(each) for _, each in choices)
    for name, found in choices:
        is_sure = name in ("details", "folded", "pair", "answered", "table")
        needed = 1 if is_sure or (len(found) == 1 and most == 1) else 2
        if len(found) >= max(needed, 0.2 * most):
            starts = _with_items(marks, found) if name == "details" else found
            return name, _bound_starts(file, starts)
    terms = [] if file.source.in_folder else _find_glossary(file, marks)
    return ("term", _bound_starts(file, terms)) if terms else ("note", [])


def _find_glossary(file: ReadmeFile, marks: Sequence[Mark]) -> list[Mark]:
    """Return the headings of a glossary: those of the level in which most have a text directly below; two or more."""
    by_level: dict[int, list[Mark]] = {}
    headings = [mark for mark in marks if mark.kind == "heading"]
    ends = [*(heading.line for heading in headings[1:]), len(file.lines)]
    for heading, end in zip(headings, ends, strict=False):
        is_apart = NO_QUESTION_HEADING.fullmatch(clean_name(heading.text)) is not None
        if not is_apart and any(line.strip() for line in file.lines[heading.body : end]):
            by_level.setdefault(heading.level, []).append(heading)
    best = max(by_level.values(), key=len, default=[])
    return best if len(best) > 1 else []


def _without_apart(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks, but for those under a heading such as "Contributing"."""
    kept = []
    is_apart = False
    for mark in marks:
        if mark.kind == "heading":
            is_apart = NO_QUESTION_HEADING.fullmatch(clean_name(mark.text)) is not None
        if not is_apart:
            kept.append(mark)
    return kept


def _summaries(marks: Sequence[Mark]) -> list[Mark]:
    named = [mark for mark in marks if mark.kind == "details" and mark.text]
    asked = [mark for mark in named if not ANSWER_WORDS.fullmatch(clean_name(mark.text))]
    asked = [mark for mark in asked if not NO_QUESTION_HEADING.fullmatch(clean_name(mark.text))]
    asking = sum(is_asking(clean_line(mark.text)) for mark in asked)
    return asked if asking * 3 >= len(asked) and len(asked) * 2 > len(named) else []


def _with_items(marks: Sequence[Mark], details: Sequence[Mark]) -> list[Mark]:
    """Return folded questions, and those that are items of a list in a section where none is folded."""
    headings = [mark.line for mark in marks if mark.kind == "heading"]
    folded = {bisect_left(headings, mark.line) for mark in details}
    items = [
        mark
        for mark in [*_find_item_marks(marks, "item"), *_find_item_marks(marks, "number")]
        if bisect_left(headings, mark.line) not in folded
    ]
    return sorted([*details, *items], key=lambda mark: mark.line)


def _find_folded_starts(marks: Sequence[Mark]) -> list[Mark]:
    """Return what stands before folded answers: the nearest heading, bold line or item of the commonest kind.

    Where an answer has none of that kind above it, the next commonest counts: a file may change its headings' level.
    """
    before: list[dict[tuple[str, int], Mark]] = []
    nearest: dict[tuple[str, int], Mark] = {}
    for mark in marks:
        kind = (mark.kind, mark.level if mark.kind == "heading" else 0)
        if mark.kind in ("heading", "number", "bold"):
            nearest[kind] = mark
        elif mark.kind == "details" and (not mark.text or ANSWER_WORDS.fullmatch(clean_name(mark.text))):
            before.append(nearest)
            nearest = {}  # what is before this answer is not before the next
    kinds = Counter(kind for each in before for kind in each)
    if not kinds:
        return []
    ranked = sorted(kinds, key=lambda kind: (-kinds[kind], kind[0] != "heading", -kind[1]))
    if kinds[ranked[0]] * 2 < len(before):
        return []
    others = [kind for kind in ranked[1:] if kind[0] == "heading"] if ranked[0][0] == "heading" else []
    chosen = [next((each[kind] for kind in (ranked[0], *others) if kind in each), None) for each in before]
    return [mark for mark in chosen if mark is not None]


def _asks(text: str) -> bool:
    return is_asking(text) or is_asking(clean_line(text)) or level_of_signs(text)[1] != ""


def _find_answered(marks: Sequence[Mark]) -> list[Mark]:
    """Return the headings that stand directly above a heading "Answer"."""
    found: dict[Mark, None] = {}
    stack: list[Mark] = []
    for mark in marks:
        if mark.kind != "heading":
            continue
        while stack and stack[-1].level >= mark.level:
            stack.pop()
        if stack and ANSWER_WORDS.fullmatch(clean_name(mark.text)):
            found[stack[-1]] = None
        stack.append(mark)
    levels = Counter(mark.level for mark in found)
    return [mark for mark in found if mark.level == levels.most_common(1)[0][0]]


def _find_pair_marks(file: ReadmeFile, marks: Sequence[Mark]) -> list[Mark]:
    pairs = [mark for mark in marks if mark.kind == "pair"]
    answered = []
    for place, mark in enumerate(pairs):
        end = pairs[place + 1].line if place + 1 < len(pairs) else len(file.lines)
        if any(ANSWER_MARK.match(line) for line in file.lines[mark.line + 1 : end]):
            answered.append(mark)
    return pairs if len(answered) * 2 > len(pairs) else []


def _headings(marks: Sequence[Mark]) -> list[Mark]:
    """Return the headings of the level in which most of them ask."""
    by_level: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.kind == "heading":
            by_level.setdefault(mark.level, []).append(mark)
    best: list[Mark] = []
    for listed in by_level.values():
        asking = [mark for mark in listed if is_asking(clean_name(mark.text)) or is_asking(mark.text)]
        if len(asking) > len(best) and (len(asking) * 5 >= len(listed) * 2 or len(asking) >= 5):
            best = asking
    if not best:
        return []
    best = _find_enclosing(by_level, best)
    listed = by_level[best[0].level]
    for pattern in (Q_PREFIX, _NUMBER_PREFIX):
        marked = [mark for mark in listed if pattern.match(mark.text)]
        if len(marked) >= 5 and len(marked) * 2 >= len(listed):
            return marked if pattern is Q_PREFIX else best
    if len(best) * 10 >= len(listed) * 7:
        best = [mark for mark in listed if not NO_QUESTION_HEADING.fullmatch(clean_name(mark.text))]
    return best


def _find_enclosing(by_level: Mapping[int, Sequence[Mark]], best: list[Mark]) -> list[Mark]:
    """Return the headings that ask above those that ask, if there are: what is below them belongs to their answers."""
    for level in sorted(level for level in by_level if level < best[0].level):
        listed = by_level[level]
        asking = [mark for mark in listed if is_asking(clean_name(mark.text)) or is_asking(mark.text)]
        lines = [mark.line for mark in listed]
        above = {listed[at - 1] for mark in best if (at := bisect_left(lines, mark.line))}
        if len(asking) > 1 and len(asking) * 10 >= len(listed) * 7 and above <= set(asking):
            return asking
    return best


Q_PREFIX = re.compile(
    r"[^\w#]*(?:q(?:uestion)?\s*\.?\s*#?\d{0,4}[a-z]?\s*[.:)]|question\s+#?\d)", re.IGNORECASE
)
"""What marks a heading as a question, so that others of its level are sections."""
_NUMBER_PREFIX = re.compile(r"[^\w#]*\d{1,4}\s?\\?[.):]")


def _find_item_marks(marks: Sequence[Mark], kind: str, lines: Sequence[str] = ()) -> list[Mark]:
    """Return the items of lists in which most ask, or have choices; none that only leads to a place of the file."""
    runs: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.kind == "heading":
            runs.append([])
        elif mark.kind == kind and mark.level <= 3 and not _TO_PLACE.match(mark.text):
            runs[-1].append(mark)
    kept: list[Mark] = []
    for marked in runs:
        outermost = min((mark.level for mark in marked), default=0)
        run = [mark for mark in marked if mark.level <= outermost + 1]
        asking = [
            mark
            for mark in run
            if is_asking(clean_line(mark.text)) or _has_choices(lines[mark.line + 1 : mark.line + 7])
        ]
        kept += run if len(asking) * 5 >= len(run) * 3 else asking
    return kept


def _has_choices(following: Sequence[str]) -> bool:
    """Report whether lettered lines begin directly below an item: a) and b), however it is worded."""
    said = [line for line in following if line.strip()][:4]
    firsts = [at for at, line in enumerate(said) if re.match(r"\s*\(?[Aa][.)]\s*\S", line)]
    return any(re.match(r"\s*\(?[Bb][.)]\s*\S", line) for at in firsts for line in said[at + 1 : at + 2])


_TO_PLACE = re.compile(
    r"[^\w\[]*\[[^\]]*\]\((?:<[^>]*>|#[^)]*|(?!\w+:)[^\s)]*|https?://[^\s)]*\.(?:md|mdx|markdown)(?:#[^)]*)?)\)\W*$"
)
"""An item that only leads to a place of the file, or to another file of questions."""


def _bound_starts(file: ReadmeFile, marks: Sequence[Mark]) -> list[Start]:
    """Return starts with their ends, and the headings above them."""
    headings = [mark for mark in file.marks if mark.kind == "heading"]
    chosen = {mark.line for mark in marks}
    lines = [heading.line for heading in headings]
    places = [mark.line for mark in file.marks]
    section_level = _section_level(headings, lines, marks)
    levels = {mark.level if mark.kind == "heading" else section_level for mark in marks}
    ends = {
        level: [h.line for h in headings if h.level <= level and h.line not in chosen] for level in levels
    }
    # No heading is a part of an item, but for one above its answer.
    item_ends = [
        h.line for h in headings if h.level <= max(section_level, 3) and not ANSWER_WORDS.fullmatch(h.text)
    ]
    names = _names_above(file, marks, headings, chosen)
    starts = []
    for place, mark in enumerate(marks):
        following = marks[place + 1].line if place + 1 < len(marks) else len(file.lines)
        listed = ends[mark.level if mark.kind == "heading" else section_level]
        if mark.kind in ("item", "number"):
            listed = item_ends
        at = bisect_right(listed, mark.line)
        section = listed[at] if at < len(listed) else len(file.lines)
        end = mark.end if mark.kind == "details" else min(following, section)
        starts.append(Start(mark, end, names[place], bisect_left(places, mark.line)))
    return starts


def _section_level(headings: Sequence[Mark], lines: Sequence[int], marks: Sequence[Mark]) -> int:
    """Return the deepest level of headings that stand above questions, and not only above one of many."""
    levels: Counter[int] = Counter()
    for mark in marks:
        if at := bisect_left(lines, mark.line):
            levels[headings[at - 1].level] += 1
    if not levels:
        return 6
    most = levels.most_common(1)[0][1]
    return max(level for level, count in levels.items() if count * 5 >= most)


def _names_above(
    file: ReadmeFile, marks: Sequence[Mark], headings: Sequence[Mark], chosen: set[int]
) -> list[tuple[str, ...]]:
    """Return the headings that enclose each mark, outermost first, without the title and those that are questions."""
    has_one_title = sum(heading.level == 1 for heading in headings) == 1
    # Marked questions of the level of their sections are below them, as readers see it.
    is_marked = sum(Q_PREFIX.match(mark.text) is not None for mark in marks) * 2 > len(marks)
    deeper = 0.5 if is_marked else 0.0
    stack: list[tuple[float, str]] = []
    names: list[tuple[str, ...]] = []
    waiting = iter(headings)
    heading = next(waiting, None)
    for mark in marks:
        while heading is not None and heading.line < mark.line:
            own = heading.level + (deeper if heading.line in chosen else 0)
            while stack and stack[-1][0] >= own:
                stack.pop()
            name = (
                ""
                if heading.line in chosen or (heading.level == 1 and has_one_title)
                else clean_name(heading.text)
            )
            stack.append((own, "" if NO_QUESTION_HEADING.fullmatch(name) else name))
            heading = next(waiting, None)
        own = mark.level + deeper if mark.kind == "heading" else 7
        names.append((*file.source.folder, *(name for level, name in stack if name and level < own)))
    return names
