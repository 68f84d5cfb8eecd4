"""Nothing in a bank runs or is requested: all that is active in HTML goes in, a real browser shows what comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tools import active_html as active
from tools.browsers import Phone, phone

from qexport.bank.lock import Edition, Entry, Lock, LockedNoteType, Release, Stamp
from qexport.bank.model import Bank
from qexport.bank.stamping import stamp
from qexport.choosing import read_bank
from qexport.content.templates import Templates
from qexport.content.themes import find_theme
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Scheduler
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.registry import output_named
from qexport.team import bundle
from qexport.team.difference_views import as_html
from qexport.team.differences import compare_snapshots
from qexport.team.snapshots import of_bank

ROOT = Path(__file__).resolve().parents[2]
PIECES: Mapping[str, Sequence[str]] = active.pieces()
PAYLOADS: list[str] = active.texts(PIECES)
LINES = ("technology", "category", "level")
TEXTS = (
    *("question", "answer", "deep_explanation", "real_world_example", "common_mistakes"),
    *("production_scenario", "source"),
)
MARKUPS = ("plain", "markdown")

# What the program's own templates and Markdown are made of.
ELEMENTS = frozenset(
    """
    a aside b blockquote br caption code col colgroup dd del details div dl dt em footer h1 h2 h3 h4 h5 h6 header
    hr i img ins kbd li main mark
    nav ol p pre s section span strong style sub summary sup table tbody td tfoot th thead tr u ul
    circle g line path polygon polyline rect svg text title tspan
    """.split()  # noqa: SIM905  # as lines they can be read
)
ATTRIBUTES = re.compile(
    r"(?:class|id|lang|dir|title|alt|href|src|start|role|colspan|rowspan|scope|aria-[a-z]+|data-[a-z-]+|hidden|open"
    # of drawings, and what a template sets by a number of its own
    r"|x|y|x1|x2|y1|y2|r|cx|cy|rx|ry|d|width|height|viewBox|points|transform|fill|stroke|stroke-[a-z]+|opacity"
    r"|text-anchor|font-[a-z]+|preserveAspectRatio|focusable|xmlns|style)"
)
HREFS = re.compile(r"https?://|mailto:|#|qx:|RELEASE-NOTES\.md$|[\w./%-]+\.(?:apkg|pdf)$", re.IGNORECASE)
STYLES = re.compile(
    r"(?:(?:--[a-z-]+|font-size|width|height|margin-[a-z]+|left|top|flex|grid-[a-z-]+): ?[-\w.% ]+;? ?)+"
)
"""What a template sets by a number of its own."""


def batched(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Some at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def one_line(text: str) -> str:
    """A name that a bank may have; white space and what cannot be read does not matter here."""
    return " ".join(text.split()) or "nothing"


def write_bank(path: Path, payloads: list[str], markup: str) -> Path:
    """Write a bank in which every field has a payload, and over all questions each of them."""
    head = {
        "title": one_line(payloads[0]),
        "namespace": "active",
        "source": payloads[1],
        "licence": one_line(payloads[2]),
        "markup": markup,
    }
    lines = [json.dumps(head)]
    for number in range(len(payloads)):

        def payload(step: int, first: int = number) -> str:
            return payloads[(first + 7 * step) % len(payloads)]

        record: dict[str, Any] = {"id": f"P-{number}", "difficulty": number % 10 + 1}
        record |= {name: payload(step) for step, name in enumerate(TEXTS)}
        record |= {name: one_line(payload(step)) for step, name in enumerate(LINES, len(TEXTS))}
        record["follow_ups"] = [payload(10), payload(11)]
        record["tags"] = [one_line(payload(12)), f"tag {one_line(payload(13))}"]
        lines.append(json.dumps(record))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def banks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bank]:
    folder = tmp_path_factory.mktemp("banks")
    return {
        markup: read_bank(write_bank(folder / f"{markup}.jsonl", PAYLOADS, markup))[0] for markup in MARKUPS
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Phone]:
    """A Chromium; what it is asked for is seen."""
    with phone() as browser:
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=LISTENER)
        browser.call("Page.navigate", url="about:blank")
        yield browser


LISTENER = """
window.heard = [];
Object.defineProperty(window, "MARKER", { get: () => { heard.push("marker"); } });
for (const name of ["alert", "prompt", "confirm", "print", "open", "fetch", "msgbox"])
  window[name] = () => { heard.push(name); };
for (const name of ["log", "info", "warn", "error", "debug", "trace", "dir", "table", "assert"])
  console[name] = () => { heard.push("console." + name); };
navigator.sendBeacon = () => { heard.push("beacon"); };
window.addEventListener("error", () => { heard.push("error"); });
""".replace("MARKER", active.MARKER)
HEARD = "[...(window.heard || ['deaf'])]"

# Shows each piece of HTML as Anki's reviewer does: as innerHTML, with scripts made to run; tells what it is made of.
SHOW = """(pieces => {
  document.body.innerHTML = '<div id="qa"></div>';
  const qa = document.body.firstChild, elements = new Set(), attributes = new Set(), links = new Set();
  for (const piece of pieces) {
    qa.innerHTML = piece;
    for (const script of qa.querySelectorAll("script")) {
      const again = document.createElement("script");
      for (const each of script.attributes) again.setAttribute(each.name, each.value);
      again.text = script.text;
      script.replaceWith(again);
    }
    LOOK(qa);
  }
  return FOUND;
})"""
LOOK = """
    const all = [...ROOT.querySelectorAll("*")];
    for (const element of all) {
      elements.add(element.localName);
      if (element.shadowRoot || element.content) elements.add("a tree in the shadow");
      for (const each of element.attributes) {
        attributes.add(each.name + (each.name === "style" ? "=" + each.value : ""));
        if (["href", "src", "xlink:href", "action"].includes(each.name)) links.add(each.value);
      }
    }
"""
FOUND = "({elements: [...elements], attributes: [...attributes], links: [...links]})"
WHOLE = f"""(() => {{
  const elements = new Set(), attributes = new Set(), links = new Set();
  {LOOK.replace("ROOT", "document.body")}
  return {FOUND};
}})()"""
SHOW = SHOW.replace("LOOK(qa);", LOOK.replace("ROOT", "qa")).replace("FOUND", FOUND)

# Tells what each piece is made of, in a document that neither runs nor loads anything.
PARSED = f"""(pieces => pieces.map(piece => {{
  const elements = new Set(), attributes = new Set(), links = new Set();
  const holder = document.implementation.createHTMLDocument("").createElement("div");
  holder.innerHTML = piece;
  {LOOK.replace("ROOT", "holder")}
  return {FOUND};
}}))"""

TOLD = ("Network.requestWillBeSent", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening")


def active_in(found: Mapping[str, list[str]]) -> list[str]:
    """Name what of a page is not of the program's own making."""
    return [
        *(f"<{name}>" for name in found["elements"] if name not in ELEMENTS),
        *(
            f"attribute {name}"
            for name in found["attributes"]
            if not ATTRIBUTES.fullmatch(name.partition("=")[0])
            or (name.startswith("style=") and not STYLES.fullmatch(name.removeprefix("style=").strip()))
        ),
        *(f"link {link}" for link in found["links"] if not HREFS.match(link)),
    ]


def body_of(page: str) -> str:
    return re.sub(r".*<body[^>]*>|</body>.*", "", page, flags=re.DOTALL)


def heard_and_asked(browser: Phone) -> list[str]:
    """Wait a moment, and return what was run and what was requested since the last page."""
    browser.evaluate("new Promise(done => setTimeout(done, 150))")
    heard = [str(each) for each in browser.evaluate(HEARD)]
    asked = [
        str(event["params"].get("request", {}).get("url", event["method"]))
        for event in browser.events
        if event["method"] in TOLD
    ]
    return heard + asked


def shown_as_anki_does(browser: Phone, pieces: Sequence[str]) -> list[str]:
    """Return what is active in pieces of HTML that are put into a page one after the other."""
    browser.events.clear()
    browser.evaluate("window.heard && (heard.length = 0)")
    found = browser.evaluate(f"{SHOW}({json.dumps(list(pieces))})")
    return active_in(found) + heard_and_asked(browser)


def shown_as_a_page(browser: Phone, html: str) -> list[str]:
    """Return what is active in a whole page."""
    browser.show(html, 800, scale=1)
    return active_in(browser.evaluate(WHOLE)) + heard_and_asked(browser)


UNSEEN = frozenset(
    """
    body caption col colgroup frame frameset head html tbody td tfoot th thead tr
    """.split()  # noqa: SIM905
)
"""Elements that a parser leaves out where they may not be, with their attributes."""


@pytest.mark.needs("chromium")
def test_the_browser_would_tell(browser: Phone) -> None:
    """The list does something if nothing is done against it; otherwise these tests would show nothing."""
    quiet = []
    for kind in ("elements", "handlers", "addresses", "orders", "styles"):
        found = browser.evaluate(f"{PARSED}({json.dumps(list(PIECES[kind]))})")
        quiet += [piece for piece, each in zip(PIECES[kind], found, strict=True) if not active_in(each)]
    names = {match[1].lower() for piece in quiet if (match := re.match(r"<([\w/]+)", piece))}
    assert names <= ELEMENTS | UNSEEN
    assert [piece for piece in quiet if piece in PIECES["handlers"]] == []
    browser.events.clear()
    browser.evaluate("window.heard && (heard.length = 0)")
    browser.evaluate(f"{SHOW}({json.dumps([f'<script>{active.MARKER}</script>'])})")
    assert "marker" in heard_and_asked(browser)
    assert "marker" in shown_as_a_page(browser, f"<html><body><img src=x: onerror={active.MARKER}>")
    address = f"https://{active.HOST}/p.png"
    assert address in shown_as_a_page(browser, f"<html><body><img src={address}>")
    browser.call("Page.navigate", url="about:blank")  # what is on its way is not for the next
    heard_and_asked(browser)


# --- the deck -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cards(banks: dict[str, Bank], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every side of every card, as the real Anki draws it; what it would play; and the deck's description."""
    anki = pytest.importorskip("anki.collection")
    drawn: dict[str, dict[str, Any]] = {}
    for markup, bank in banks.items():
        folder = tmp_path_factory.mktemp(markup)
        options = parse_options(DeckOptions, {"card-types": "recall,scenario,mistakes"})
        tools = with_notes(bank, options, Tools(Templates()))
        lock, _ = stamp(content(bank, options, tools), None, 1_760_000_000)
        edition = Edition(bank=bank, questions=bank.questions, title=bank.title, scope=PAYLOADS[0], lock=lock)
        (folder / "deck.apkg").write_bytes(output_named("deck").load()(edition, options, tools).data)
        collection = anki.Collection(str(folder / "collection.anki2"))
        collection.import_anki_package(
            anki.ImportAnkiPackageRequest(
                package_path=str(folder / "deck.apkg"), options=anki.ImportAnkiPackageOptions()
            )
        )
        sides, played = {}, []
        for number in collection.find_cards(""):
            card = collection.get_card(number)
            name = card.note()["ID"] + ("" if card.ord == 0 else f" {card.template()['name']}")
            sides[name] = (card.question(), card.answer())
            played += [*card.question_av_tags(), *card.answer_av_tags()]
        descriptions = [
            collection.decks.get(each.id)["desc"] for each in collection.decks.all_names_and_ids()
        ]
        collection.close()
        drawn[markup] = {"sides": sides, "played": played, "descriptions": descriptions}
    return drawn


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("markup", MARKUPS)
def test_no_card_does_anything(cards: dict[str, dict[str, Any]], browser: Phone, markup: str) -> None:
    drawn = cards[markup]
    pieces = [side for sides in drawn["sides"].values() for side in sides] + drawn["descriptions"]
    assert len(pieces) > 3 * len(PAYLOADS)
    for some in batched(pieces, 200):
        assert shown_as_anki_does(browser, some) == []
    for some in batched(pieces, 60):
        divisions = "".join(f'<div id="qa">{piece}</div>' for piece in some)
        page = f'<!doctype html><html><head><meta charset="utf-8"></head><body class="card">{divisions}</body></html>'
        assert shown_as_a_page(browser, page) == []


@pytest.mark.parametrize("markup", MARKUPS)
def test_anki_plays_and_draws_nothing_of_a_field(cards: dict[str, dict[str, Any]], markup: str) -> None:
    assert cards[markup]["played"] == []
    for sides in cards[markup]["sides"].values():
        for side in sides:
            assert not re.search(r'<img[^>]*class="?latex|\[anki:play|class="?soundLink|<a class=hint', side)


def test_a_plain_text_is_on_its_card_as_it_was_written(
    cards: dict[str, dict[str, Any]], banks: dict[str, Bank]
) -> None:
    """Inert is not enough: the text is there to be read."""
    squeezed: Callable[[str], str] = lambda text: re.sub(r"[\s\u00a0\u200b]+", "", text)  # noqa: E731
    for question in banks["plain"].questions:
        _, back = cards["plain"]["sides"][question.id]
        read = squeezed(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", back, flags=re.DOTALL)))
        assert squeezed(question.answer) in read


# --- pages ----------------------------------------------------------------------------------------------------


@pytest.mark.needs("chromium")
def test_no_page_of_a_bundle_does_anything(browser: Phone, banks: dict[str, Bank]) -> None:
    bank, templates = banks["plain"], Templates()
    old = replace(bank, title="Old", questions=bank.questions[: len(bank.questions) // 2])
    moved = [replace(each, answer=each.question) for each in old.questions[::2]]
    old = replace(old, questions=(*moved, *old.questions[1::2], replace(bank.questions[0], id="GONE")))
    found = compare_snapshots(of_bank(old, "old"), of_bank(bank, "new"))
    assert shown_as_a_page(browser, as_html(found, templates)) == []
    release = Release(3, 1_760_000_000, {"added": ("P-1",)})
    pages = []
    for payload in PAYLOADS:
        told = replace(
            bank,
            title=one_line(payload),
            source=payload,
            licence=one_line(payload),
            language="en",
            questions=bank.questions[:1],
        )
        entries = [
            Entry(id=key, birth=key, guid=key, number=number, modified=1, left=left)
            for key, number, left in (("P-0", 1, 0), ("P-9", 5, 1))
        ]
        lock = Lock(
            namespace="n",
            deck_root="T",
            style=Stamp("s", 1),
            note_type=LockedNoteType(("ID",), ("recall",), "ID"),
            notes={"P-0": entries[0]},
            gone={"P-9": entries[1]},
            release=release,
        )
        recipe = bundle.BundledRecipe(
            name="all",
            title=one_line(payload),
            scope=payload,
            stem="all",
            outputs=("deck",),
            options={},
            filters={},
            ids=("P-0",),
        )
        contents = bundle.Contents(
            bank=told, lock=lock, recipes=(recipe,), fingerprint="f", notes=payload, pictures={}
        )
        files = bundle.files_of(contents, {"all": []}, templates, {})
        pages.append(files[bundle.README].decode())
    assert shown_as_anki_does(browser, [body_of(page) for page in pages]) == []
    assert shown_as_a_page(browser, files[bundle.README].decode()) == []


@pytest.fixture(scope="module")
def blank() -> Chunk:
    from qexport.layout.weasyprint.layout import lay_out

    return lay_out('<html lang="en"><title>x</title><body><p>x</p></body></html>', "@page{size:100px 100px}")


BOOKS: dict[str, tuple[str, dict[str, str | bool]]] = {
    "handbook": ("handbook", {}),
    "quiz": ("quiz", {}),
    "cheatsheet": ("cheatsheet", {}),
    "cards": ("flash-cards", {}),
}


@pytest.fixture
def made(
    banks: dict[str, Bank], blank: Chunk, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], list[str]]:
    """Make a book of a bank; return the HTML of all its pages, which are not laid out for it."""
    pages: list[str] = []

    def noted(_fonts: object, unit: list[tuple[str, str, Mapping[str, bytes]]]) -> list[Chunk]:
        chunks = []
        for html, _, _ in unit:
            pages.append(html)
            places = re.findall(r' id="([^"]*)"', html)
            chunks.append(replace(blank, anchors=tuple((unescape(each), 0, 0.0, 0.0) for each in places)))
        return chunks

    def make(book: str, markup: str) -> list[str]:
        name, settings = BOOKS[book]
        look, bank = find_theme("classic"), banks[markup]
        tools = Tools(look.templates(), look.styles(), look.digest(), Scheduler())
        edition = Edition(bank=bank, questions=bank.questions[::8], title=bank.title, scope=PAYLOADS[3])
        with suppress(
            ArithmeticError, LookupError, StopIteration, ValueError
        ):  # blank pages cannot all be linked, or measured
            output = output_named(name)
            output.load()(edition, parse_options(output.options, settings), tools)
        assert sum(map(len, pages)) > 20_000
        return pages

    monkeypatch.setattr("qexport.layout.scheduler.lay_out_unit", noted)
    return make


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("book", BOOKS)
def test_no_page_that_is_laid_out_does_anything(
    made: Callable[[str, str], list[str]], browser: Phone, book: str, markup: str
) -> None:
    """The page engine runs no scripts anyway; what it gets has none."""
    pages = made(book, markup)
    pieces = [body_of(page) for page in pages]
    for some in batched(pieces, 200):
        assert shown_as_anki_does(browser, some) == []
    for page in pages[:: max(1, len(pages) // 4)]:
        assert shown_as_a_page(browser, page) == []


# --- PDF ------------------------------------------------------------------------------------------------------

FORBIDDEN = {
    *(
        "/JS",
        "/JavaScript",
        "/Launch",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/AA",
        "/OpenAction",
        "/AF",
        "/RichMedia",
    ),
    *("/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/XFA", "/AcroForm", "/Filespec", "/FileAttachment"),
    *("/Movie", "/Sound", "/Rendition", "/Named", "/SetOCGState", "/Trans", "/Hide"),
}


def active_in_pdf(data: bytes) -> tuple[list[str], set[str]]:
    """Return what a viewer could run, and every address it could open."""
    pikepdf = pytest.importorskip("pikepdf")
    found: list[str] = []
    addresses: set[str] = set()

    def look(item: Any) -> None:
        """Look into all that is written inside an object; what it refers to is an object of its own."""
        is_array = isinstance(item, pikepdf.Array)
        entries = enumerate(item) if is_array else ((key, item[key]) for key in item.keys())  # noqa: SIM118
        for key, value in entries:
            names = {key, str(value) if isinstance(value, pikepdf.Name) else ""}
            found.extend(sorted(map(str, names & FORBIDDEN)))
            if key == "/URI" and isinstance(value, pikepdf.String):
                addresses.add(str(value))
            if isinstance(value, CONTAINERS) and not value.is_indirect:
                look(value)

    CONTAINERS = (pikepdf.Array, pikepdf.Dictionary, pikepdf.Stream)  # noqa: N806
    with pikepdf.open(BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, CONTAINERS):
                look(item)
    return found, addresses


@pytest.mark.parametrize("markup", MARKUPS)
def test_no_pdf_runs_or_embeds_anything(tmp_path: Path, markup: str) -> None:
    """Those that could become a link, a file or a style; several to a field, as laying out takes its time."""
    packed = active.texts(("markdown", "addresses", "styles", "templates"), size=12)
    bank, _ = read_bank(write_bank(tmp_path / "bank.jsonl", packed, markup))
    look = find_theme("classic")
    tools = Tools(look.templates(), look.styles(), look.digest(), Scheduler())
    edition = Edition(bank=bank, questions=bank.questions[:4], title=bank.title, scope=PAYLOADS[3])
    document = output_named("handbook").load()(edition, HandbookOptions(flow=True), tools)
    found, addresses = active_in_pdf(document.data)
    assert found == []
    assert [each for each in addresses if not re.match(r"https?://|mailto:", each)] == []


def test_an_active_pdf_would_be_told() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    pdf = pikepdf.new()
    pdf.add_blank_page()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.marker(1)")
    pdf.Root.OpenAction = script
    pdf.pages[0].Annots = pikepdf.Array(
        [pikepdf.Dictionary(A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="javascript:marker(1)"))]
    )
    buffer = BytesIO()
    pdf.save(buffer)
    found, addresses = active_in_pdf(buffer.getvalue())
    assert (sorted(found), addresses) == (
        ["/JS", "/JavaScript", "/OpenAction"],
        {"javascript:marker(1)"},
    )
