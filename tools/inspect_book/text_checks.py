"""Checks of texts, folios, links, outline and structure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, takewhile

from qexport.bank.model import Question
from tools.inspect_book.book import Book, bare, characters
from tools.inspect_book.order import Order, Placed, numbered, placed, texts
from tools.inspect_book.records import TEXT_BLOCKS, Content, Element, Finding, Heading, Link, Run


def find_missing_glyphs(book: Book, order: Order) -> Iterator[Finding]:
    """No box represents a character no font has; its number does, and it was warned of with its question."""
    for font in book.fonts_without_glyph:
        yield Finding("glyphs", 0, f"{font} draws a box for what it lacks")
    labels = set("".join(order.language.labels.values()))  # they are warned of once, not with each question
    for place in placed(book, order):
        number, name = place.heading.page, place.question.id
        wanted = Counter("".join(block for _, blocks in texts(place.question) for block in blocks))
        for character in sorted(wanted - Counter(place.text)):
            yield Finding("glyphs", number, f"{name}: {character!r} is not there, and no number for it")
        warned = {
            character
            for warning in order.warnings
            if warning.message.startswith(f"{name}: ")
            for character in characters(warning.message)
        }
        for character in sorted(place.unsaid - warned - (labels - wanted.keys())):
            yield Finding("glyphs", number, f"{name}: no warning of {character!r}")
        for character in sorted(warned & wanted.keys() - place.unsaid):
            yield Finding(
                "glyphs", number, f"{name}: {character!r} was warned of, and no number stands for it"
            )
    warned = set(characters(" ".join(warning.message for warning in order.warnings)))
    for page in book.pages:
        for character in sorted(numbered("".join(run.text for run in page.runs)) - warned):
            yield Finding("glyphs", page.number, f"no warning of {character!r}")


def find_wrong_folios(book: Book, order: Order) -> Iterator[Finding]:
    """A number that represents a page is the page of the heading it speaks of, and its link leads there."""
    places = placed(book, order)
    by_entry = {bare(place.question.id) + place.heading.text: place.heading for place in places}
    by_id = {place.question.id: place.heading for place in places}
    by_title = {heading.text: heading for heading in reversed(book.headings) if heading.level == 1}
    listed: Counter[tuple[int, str]] = Counter()
    for element, link, runs in _linked(book):
        text = bare("".join(run.text for run in runs))
        # A folio is drawn apart from the text.
        folio = bare(runs[-1].text) if runs and bare(runs[-1].text).isdigit() else ""
        if not link.to_page:
            continue
        if text.isdigit() and link.said in by_id:  # the table of progress
            listed[link.page, by_id[link.said].text] += 1
            folio = text
        elif re.fullmatch(r"\d+(–\d+)?", text):
            yield from _index_place(book, places, element, link, text)
            continue
        named = (f"{order.language.label(key)} " for key in ("answer", "question"))
        turned = next((link.said.removeprefix(each) for each in named if link.said.startswith(each)), "")
        heading: Heading | None = None
        if text.isdigit():
            heading = by_id[link.said]
        elif text.startswith(bare(order.language.label("answer_at"))) and turned in by_id:
            told = next(place.told_page for place in places if place.question.id == turned)
            if (folio, link.to_page) != (str(told), told):
                yield Finding("folios", link.page, f"{text!r} leads to page {link.to_page}, not {told}")
            continue
        elif text.startswith(bare(order.language.label("question_at"))) and turned in by_id:
            heading = by_id[turned]
        elif text.startswith("→p."):
            heading = by_id.get(link.said)
        else:
            said = text.removesuffix(folio)
            heading = by_entry.get(said) or by_title.get(said)
            if heading is None and "…" in said:
                heading = next((by_entry[entry] for entry in by_entry if _says(said, entry)), None)
            if heading is not None:
                listed[link.page, heading.text] += 1
            if heading is None:  # a part without a page of its own begins with its first question
                heading = next(
                    (place.heading for place in places if bare(place.question.technology) == said), None
                )
        if heading is None:
            yield Finding("folios", link.page, f"{text!r} leads to no heading")
        elif folio not in ("", str(heading.page)):
            yield Finding("folios", link.page, f"{text!r}, but that is on page {heading.page}")
        elif link.to_page != heading.page:
            yield Finding("folios", link.page, f"{text!r} leads to page {link.to_page}, not {heading.page}")
        elif not _near(heading, link, book):
            yield Finding("folios", link.page, f"{text!r} leads {link.to_top:.0f} pt high, past its heading")
    yield from _find_unlisted(book, order, places, listed)


def _find_unlisted(
    book: Book, order: Order, places: Sequence[Placed], listed: Mapping[tuple[int, str], int]
) -> Iterator[Finding]:
    """Each list of questions has all that belong to it, each once.

    Contents have all questions, the list by difficulty those that are rated, the page of a part those of its
    technology. `listed` counts the lines that lead to a heading, by the page they stand on.
    """
    label = order.language.label
    tops = [heading for heading in book.headings if heading.level == 1]
    for heading, after in zip(tops, [*tops[1:], None], strict=True):
        end = after.page if after else len(book.pages) + 1
        pages = range(heading.page, max(end, heading.page + 1))
        if heading.text == bare(label("contents")) or heading.text == bare(label("progress_title")):
            wanted = list(places)
        elif heading.text == bare(label("by_difficulty")):
            wanted = [place for place in places if place.question.difficulty is not None]
        else:
            wanted = [place for place in places if bare(place.question.technology) == heading.text]
            if any(place.heading.page == heading.page for place in wanted):
                continue
            pages = range(heading.page, min((place.heading.page for place in wanted), default=heading.page))
        for place in wanted:
            count = sum(listed.get((page, place.heading.text), 0) for page in pages)
            if count != 1:
                yield Finding(
                    "folios",
                    heading.page,
                    f"{place.question.id} is {count} times in {heading.text!r}, not once",
                )
    if len(places) > 3 and not any(heading.text == bare(label("contents")) for heading in tops):
        yield Finding("folios", 0, f"no contents for {len(places)} questions")


def _linked(book: Book) -> list[tuple[Element, Link, list[Run]]]:
    """The links and their texts; one that goes on on the next page is one."""
    found: list[tuple[Element, Link, list[Run]]] = []
    for element in book.root.walk():
        runs = [run for run in element.runs() if run.text.strip()] if element.links else []
        for link in element.links:
            if found:
                before, text = found[-1][1:]
                goes_on = before._replace(page=before.page + 1) == link
                if goes_on and not bare(text[-1].text if text else "").isdigit():
                    text += runs
                    continue
            found.append((element, link, list(runs)))
    return found


def _near(heading: Heading, link: Link, book: Book) -> bool:
    top = max(run.top for run in heading.element.runs())
    return top - 20 <= link.to_top <= book.pages[heading.page - 1].height + 30


def _index_place(
    book: Book, places: Sequence[Placed], element: Element, link: Link, text: str
) -> Iterator[Finding]:
    """A page that an index names is the one where a question, or its answer, begins that has the term."""
    term = re.split(r",\s*\d", element.block.text)[0].strip()
    if term.isdigit():  # it stands on the page before
        return
    first, last = (int(each) for each in (text.split("–") * 2)[:2])
    for number in range(first, last + 1):
        begun = [place for place in places if place.told_page == number]
        if not any(_has_term(place, term) for place in begun):
            yield Finding(
                "folios", link.page, f"index: no question that begins on page {number} has {term!r}"
            )
    if link.to_page != first:
        yield Finding("folios", link.page, f"index: {term!r}, {text} leads to page {link.to_page}")


def _has_term(place: Placed, term: str) -> bool:
    """Return whether a question has a term, its words one after another in any of their forms, or is filed under it.

    Of an abbreviation with its long form, RAG (Retrieval-Augmented Generation), either is enough. One that is cut ends
    with …
    """
    question = place.question
    if term.endswith("…"):
        return bare(term[:-1]).casefold() in bare(place.text).casefold()
    if bare(term) in {bare(name) for name in (*question.tags, *question.terms)}:
        return True
    short, _, form = term.removesuffix(")").partition(" (")
    read = place.text.casefold()
    return any(re.search(_forms_of(name), read) for name in (short, form) if name)


def _forms_of(term: str) -> str:
    """Return an expression for the forms of a term in bare text: case, plurals, possessives, participles, hyphens."""
    words = re.findall(r"\w+|[^\w\s-]+", term.casefold())
    if len(words) == 1 and not words[0].isalpha():  # code: as it is written
        return re.escape(bare(term).casefold())
    return "(?:['’]s)?[-‐]?".join(
        rf"{re.escape(word[: max(2, len(word) - 3)])}\w{{0,5}}" if word.isalpha() else re.escape(word)
        for word in words
    )


def find_wrong_outline(book: Book, order: Order) -> Iterator[Finding]:
    """The outline names the questions in the order of the list, and equals the contents."""
    places = placed(book, order)
    if not places:
        headings = {heading.text for heading in book.headings}
        lost = [
            question.id for question in order.questions if next(iter(texts(question)))[1][0] not in headings
        ]
        yield Finding(
            "outline", 0, f"the headings are not the questions in their order; without heading: {lost}"
        )
        return
    wanted = [(bare(place.question.id) + place.heading.text, place.heading.page) for place in places]
    have = [(bare(line.title), line.page) for line in book.outline]
    ids = {title for title, _ in wanted}
    if [line for line in have if line[0] in ids] != wanted:
        yield Finding("outline", 0, "its questions are not those of the list, in that order, on their pages")
    titles = [bare(order.language.label(key)) for key in ("contents", "colophon")]
    contents = next((heading for heading in book.headings if heading.text == titles[0]), None)
    if contents is None:
        yield from _compare_outline_alone(order, places, have)
        return
    following = next(
        (
            heading
            for heading in book.headings
            if heading.level in (1, 2)
            and heading.page > contents.page
            and (heading.level == 1 or heading.page >= places[0].heading.page)
        ),
        None,
    )
    lines = [
        (re.sub(rf"{link.to_page}$", "", bare("".join(run.text for run in runs))), link.to_page)
        for element, link, runs in _linked(book)
        if element.tag == "Link" and link.to_page and link.page >= contents.page
        if following is None or link.page < following.page
    ]
    told = [line for line in have if line[0] not in titles and line[0] not in _chapter_titles(order)]
    listed = [line for line in lines if line[0] not in _chapter_titles(order)]
    if len(told) != len(listed) or any(
        page != its_page or not _says(_plain(line), _plain(title))
        for (title, page), (line, its_page) in zip(told, listed, strict=True)
    ):
        odd = sorted(set(told) ^ set(listed))
        yield Finding("outline", 0, f"it is not the contents: {odd[:3] or 'another order'}")


def _compare_outline_alone(
    order: Order, places: Sequence[Placed], have: Sequence[tuple[str, int]]
) -> Iterator[Finding]:
    """A book of three questions or fewer has no contents: its outline is its technologies and questions."""
    if len(places) > 3:
        yield Finding("outline", 0, f"a book of {len(places)} questions has no contents")
    technologies = [place.question.technology for place in places]
    runs = [technology for technology, _ in groupby(technologies)]
    wanted = []
    for place, above in zip(places, [None, *technologies], strict=False):
        technology, page = place.question.technology, place.heading.page
        if technology and technology != above and len(set(runs)) == len(runs):
            wanted.append((bare(technology), page))
        wanted.append((bare(place.question.id) + place.heading.text, page))
    aside = {bare(order.language.label("colophon")), *_chapter_titles(order)}
    told = [line for line in have if line[0] not in aside]
    if told != wanted:
        odd = sorted(set(told) ^ set(wanted))
        yield Finding("outline", 0, f"it is not technologies and questions: {odd[:3] or 'another order'}")


def _says(line: str, title: str) -> bool:
    """Whether a line of a list, or a running head, is a title, which it may cut short with an ellipsis."""
    return re.fullmatch(".*".join(map(re.escape, line.split("…"))), title) is not None


def _plain(title: str) -> str:
    return re.sub(r"[*`_~\\]", "", title)


def _chapter_titles(order: Order) -> set[str]:
    return {bare(question.category) for question in order.questions} - {
        bare(question.technology) for question in order.questions
    }


def _head(question: Question) -> str:
    """The running head of a question: its technology and category, once if they are one."""
    return " · ".join(dict.fromkeys(filter(None, (question.technology, question.category))))


def _is_shortened_head(run: Run, question: Question, room: float) -> bool:
    """Whether a running head is the technology alone, since its category would leave no room for the id."""
    text = bare(run.text)
    is_long = (run.right - run.left) / max(1, len(text)) * len(bare(_head(question))) > 0.4 * room
    return is_long and text == bare(question.technology)


def find_wrong_heads(book: Book, order: Order) -> Iterator[Finding]:
    """Every page says its technology, question and number, at the right side; the cover and blanks say nothing."""
    inner, low, outer, high = order.text_box
    places = placed(book, order)
    for page in book.pages:
        artifacts = [run for run in page.runs if run.artifact and run.text.strip()]
        if page.number == 1 or not page.body:
            for run in artifacts:
                yield Finding("heads", page.number, f"{run} on a {'cover' if page.number == 1 else 'blank'}")
            continue
        verso = order.on_paper and page.number % 2 == 0
        left, right = (outer, page.width - inner) if verso else (inner, page.width - outer)
        heads = [run for run in artifacts if run.baseline > page.height - high]  # between them, leaders
        feet = [run for run in artifacts if run.baseline < low]
        if [run.text.strip() for run in feet] != [str(page.number)]:
            yield Finding("heads", page.number, f"the folio is {[str(run) for run in feet]}")
        elif abs((feet[0].left - left) if verso else (feet[0].right - right)) > 2:
            yield Finding("heads", page.number, "the folio is not at the outer edge of the text")
        on = [place for place in places if place.heading.page <= page.number <= place.last_page]
        if not on:
            continue
        question = on[0].question  # what a page begins with
        wanted = {bare(_head(question)): right if verso else left}
        if all(place.heading.page < page.number != place.told_page for place in on):
            wanted[bare(question.id)] = (
                left if verso else right
            )  # else it stands above a question of the page
        for text, side in wanted.items():
            saying = [run for run in heads if text and bare(run.text) and _says(bare(run.text), text)]
            if text == bare(_head(question)):
                saying += [
                    run for run in heads if _is_shortened_head(run, question, page.width - inner - outer)
                ]
            if text and not saying:
                yield Finding("heads", page.number, f"{[str(run) for run in heads]} do not say {text!r}")
            # An id may begin with the technology: both heads then say what one has to.
            off = [abs((run.left if side == left else run.right) - side) - run.size / 5 for run in saying]
            if saying and min(off) > 1:
                yield Finding("heads", page.number, f"{saying[0]} is not at its side")


def find_lost_texts(book: Book, order: Order) -> Iterator[Finding]:
    """Every text of the bank is read whole, in reading order, from the question it belongs to."""
    for place in placed(book, order):
        at = 0
        read = place.text
        for uri in {bare(link.uri) for link in book.links if link.uri}:  # on paper they are told
            read = read.replace(f"({uri})", "")
        by_key = dict(texts(place.question))
        for key in ("question", *order.sections):
            for block in by_key[key]:
                found = read.find(block, at)
                if found < 0:
                    yield Finding(
                        "texts", place.heading.page, f"{place.question.id}: {key} {block[:40]!r} is not whole"
                    )
                else:
                    at = found


def find_structure_faults(book: Book, order: Order) -> Iterator[Finding]:
    """All that is drawn is tagged; headings nest; lists, links and figures are what they should be."""
    yield from book.untagged
    level = 0
    for heading in book.headings:
        if heading.level > level + 1:
            yield Finding("structure", heading.page, f"H{heading.level} {heading.text!r} after H{level}")
        level = heading.level
    allowed = {
        "L": {"L", "LI", "Caption"},
        "LI": {"Lbl", "LBody"},
        "Table": {"THead", "TBody", "TFoot", "TR", "Caption"},
        "TR": {"TH", "TD"},
    }
    linked = 0
    for element in book.root.walk():
        page = next((run.page for run in element.runs()), 0)
        kids = {kid.tag for kid in element.kids if isinstance(kid, Element)}
        if element.tag in allowed and not kids <= allowed[element.tag]:
            yield Finding(
                "structure", page, f"{element.tag} holds {', '.join(sorted(kids - allowed[element.tag]))}"
            )
        said = "".join(run.text for kid in element.kids if isinstance(kid, Content) for run in kid.runs)
        # A drawing has a text that stands for it.
        drawn = any(each.tag == "Figure" for each in (element, *element.ancestors))
        if said.strip() and not drawn and element.block.tag not in TEXT_BLOCKS:
            yield Finding(
                "structure", page, f"{said.strip()[:40]!r} is in a {element.block.tag} and no paragraph"
            )
        if element.tag == "Figure" and not element.alt:
            yield Finding("structure", page, "a figure without a text for it")
        if element.tag == "Link":
            linked += len(element.links)
            if not element.links:
                yield Finding("structure", page, f"the link {element.text!r} leads nowhere")
        for link in element.links:
            if not link.said:
                yield Finding("structure", page, f"the link {element.text!r} is not described")
    if linked != len(book.links):
        yield Finding("structure", 0, f"{len(book.links) - linked} link annotations are not tagged")
    names = Counter(element.name for element in book.root.walk() if element.name)
    for name, count in names.items():
        if count > 1:
            yield Finding("structure", 0, f"{count} elements have the ID {name!r}")
    for place in placed(book, order):
        titles = [bare(order.language.label(key)) for key in order.sections if getattr(place.question, key)]
        level = place.heading.level
        have = []
        for at, top in enumerate(book.headings):
            if top.element is place.heading.element or (
                order.options.hides_answers and (top.text, top.level) == (place.heading.text, level)
            ):
                below = takewhile(lambda heading, top=top: heading.level > top.level, book.headings[at + 1 :])  # type: ignore[misc]
                have += [heading.text for heading in below if heading.level == level + 1]
        if have != titles:
            yield Finding(
                "structure",
                place.heading.page,
                f"the sections of {place.question.id} are {have}, not {titles}",
            )
