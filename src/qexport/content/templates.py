"""Text → safe HTML; templates, found and filled. The door to Jinja, markdown-it and Pygments.

    text of a bank → prose(), inline(), items() → Markup → question_text() → Templates.render() → HTML

Whatever comes from a bank is text. Only what this module makes is `Markup`, the one type a template does
not escape. markdown-it with its raw HTML off writes nothing but its own tags around escaped text, so there
is nothing left for a sanitiser to do; links and pictures, its two ways out of the page, are decided here.

What a style sheet finds besides the usual elements: `code.term` (a name in a plain text; longer code there is
`code`), `span.arrow` (`->`, which may not break), `ul.items`, `pre.code` with a `span.line` a line and, in
wrapped_code(), a `span.wrap` where one goes on, `div.table`, `p.picture`, `ol.footnotes`, `sup`, `a.back`.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import unquote

from markupsafe import Markup

from qexport.bank.model import PROSE_SECTIONS, Question
from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem, QexportError
from qexport.common.limits import LIMITS, USUAL, Limits
from qexport.common.text_input import quote
from qexport.content.code_tokens import code_spans
from qexport.content.fitting import breakable, letters
from qexport.content.images import Flaw, Image, read_image, words_of
from qexport.content.sentences import sentence_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token
    from pygments.lexer import Lexer

    from qexport.content.sandbox import Sandbox

SECTION_TITLES = {
    "answer": "Answer",
    "deep_explanation": "Deep explanation",
    "real_world_example": "Real-world example",
    "common_mistakes": "Common mistakes",
    "production_scenario": "Production scenario",
    "follow_ups": "Follow-up questions",
}
"""What a reader calls the parts of a model answer, in the order they are read."""

# Text


def prose(text: str, markup: str, *, heading_level: int = 4) -> Markup:
    """Return a section's text as blocks of HTML; the outermost headings in it are `<h{heading_level}>`."""
    if markup == "markdown":
        return _markdown_blocks(text, heading_level, _Page())
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", text.strip("\n"))
    return _made("\n".join(f"<p>{_with_code(each)}</p>" for each in paragraphs if each.strip()))


def inline(text: str, markup: str, *, code: bool = False) -> Markup:
    """Return one line's text as HTML without a block around it.

    With `code`, as in a question or a follow-up, code in a plain text is marked; a label (an id, a category)
    stays what it is.
    """
    if markup == "markdown":
        return _markdown_line(text, _Page())
    return _made(_with_code(text.strip()) if code else _literal(text.strip()))


def divided(text: str, markup: str) -> tuple[str, str]:
    """Return the line a question begins with, and what follows it: in Markdown, further blocks."""
    line, *more = _NEXT_BLOCK.split(text.strip(), maxsplit=1) if markup == "markdown" else [text]
    return line, "".join(more)


_NEXT_BLOCK = re.compile(r"\n(?=[ \t]*\n|[ ]{0,3}(?:```|~~~|[-*+] |\d{1,9}[.)] |> ))")


def items(text: str, markup: str) -> Markup | None:
    """Return a plain text as a list, one thing it says an item; None where it is not sure what these are."""
    text = text.strip()
    if markup == "markdown" or "\n" in text:
        return None
    groups = sentence_groups(text)
    if len(groups) < 2:
        return None
    listed = "\n".join(f"<li>{_with_code(group)}</li>" for group in groups)
    return _made(f'<ul class="items">\n{listed}\n</ul>')


def _made(html: str) -> Markup:
    """Mark HTML as safe: the one place where that happens."""
    return Markup(html)  # noqa: S704


def _literal(text: str) -> str:
    """Escape markup, keep line breaks and indentation. Quotes stay, so that a search finds `Python's`."""
    return _escaped(_indented(text))


def _with_code(text: str) -> str:
    """As _literal(), with what can only be code marked."""
    text = _indented(text)
    html = ""
    at = 0
    for start, end in code_spans(text):
        token = text[start:end]
        opening = '<code class="term">' if _is_term(token) else "<code>"
        html += f"{_escaped(text[at:start])}{opening}{_escaped(token)}</code>"
        at = end
    return html + _escaped(text[at:])


def terms(text: str) -> Iterator[str]:
    """Yield the code in a plain text that an index may list, as often as it is there."""
    return filter(_is_term, (text[start:end] for start, end in code_spans(text)))


def _is_term(token: str) -> bool:
    return " " not in token and any(map(str.isalpha, token))


def _indented(text: str) -> str:
    if "\n" not in text and text[:1] not in (" ", "\t"):  # most texts are one line
        return text
    return re.sub(
        r"^[ \t]+", lambda indent: "\u00a0" * len(indent[0].expandtabs(4)), text, flags=re.MULTILINE
    )


def _escaped(text: str) -> str:
    html = escape(text, quote=False).replace("\n", "<br>")
    if "-&gt;" not in html:
        return html
    return re.sub(r"-+&gt;", r'<span class="arrow">\g<0></span>', html)  # else a line may end within it


# Markdown


@dataclass(frozen=True, slots=True)
class _Page:
    """What a Markdown text stands in: where its pictures lie and go to, and what comes to light in it."""

    name: str = ""
    """Makes the anchors of its footnotes differ from those of other texts."""
    folder: Path | None = None
    """Where pictures are looked for."""
    address: str = ""
    """What stands before the name of a picture; without it, pictures are their text."""
    images: dict[str, Image] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    limits: Limits = USUAL


def _markdown_blocks(text: str, heading_level: int, page: _Page) -> Markup:
    _refuse_brackets(text, page.limits)
    env: dict[str, Any] = {"name": page.name, "limits": page.limits}
    return _written(_markdown().parse(text, env), env, page, heading_level)


def _markdown_line(text: str, page: _Page) -> Markup:
    _refuse_brackets(text, page.limits)
    env: dict[str, Any] = {"limits": page.limits}
    return _written(_markdown().parseInline(text.strip(), env), env, page)


def _refuse_brackets(text: str, limits: Limits) -> None:
    """Each may begin a link or a picture, whose end markdown-it looks for again and again."""
    if text.count("[") > limits.brackets:
        raise limits.exceeded("brackets", f"more than {limits.said('brackets')} in one text")


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    # Beyond maxNesting markdown-it drops text without a word; ours is reached long before and is an error.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 5 * LIMITS["markup-depth"].highest})
    parser.enable(["table", "strikethrough"])
    # Every link passes here; _tame_inline() drops those that lead elsewhere, and keeps their text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    parser.use(footnote_plugin)
    parser.disable("footnote_inline")  # ^[…] is a power before a bracket as well
    parser.core.ruler.before("footnote_tail", "keep_footnotes", _keep_footnotes)
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser


def _written(tokens: Sequence[Token], env: dict[str, Any], page: _Page, heading_level: int = 4) -> Markup:
    parser = _markdown()
    _shift_headings(tokens, heading_level)
    depth = 0
    for token in tokens:
        if token.tag in ("blockquote", "ol", "ul"):
            depth += token.nesting
        elif token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", "")):
            token.attrSet("class", str(style).replace("text-align:", "align-"))
        _allow(depth, page.limits)
        _tame_inline(token.children or (), depth, page)
    for opening, content in pairwise(tokens):
        if opening.type == "paragraph_open" and [each.type for each in content.children or ()] == ["image"]:
            opening.attrSet("class", "picture")
    return _made(parser.renderer.render(tokens, parser.options, env).strip())


def _shift_headings(tokens: Sequence[Token], outermost: int) -> None:
    """Renumber headings so that they nest under what encloses them and no level is left out."""
    enclosing: list[str] = []
    for opening, closing in zip(tokens, tokens[2:], strict=False):
        if opening.type == "heading_open":
            while enclosing and enclosing[-1] >= opening.tag:
                enclosing.pop()
            enclosing.append(opening.tag)
            opening.tag = closing.tag = f"h{min(outermost + len(enclosing) - 1, 6)}"


def _tame_inline(tokens: Sequence[Token], depth: int, page: _Page) -> None:
    """Keep only the text of links that lead elsewhere than to the web, and of pictures that are not shown."""
    link = None
    for token in tokens:
        _allow(depth + token.level, page.limits)
        if token.type == "link_open":
            link = token
            link.hidden = not re.match(r"https?://|mailto:|#", str(link.attrs["href"]), re.IGNORECASE)
        elif token.type == "link_close" and link is not None:
            token.hidden = link.hidden
            link = None
        elif token.type == "image" and _is_shown(token, page) and link is not None and not link.hidden:
            link.hidden = True  # who cannot see the picture would find nothing to follow (PDF/UA, 7.18.5)
            hint = "write the link beside it"
            page.flaws.append(Flaw(f"the link around a picture, to {link.attrs['href']}, is left out", hint))


def _is_shown(token: Token, page: _Page) -> bool:
    """Make of a picture what the page shows: the picture, or its text."""
    source = unquote(str(token.attrs["src"]))
    text = " ".join(_said(token.children or ()).split())
    token.content = text or words_of(source)
    picture = _picture(source, page)
    if picture is None:
        token.type = "text"
        return False
    if not text:
        hint = "say in the brackets what is to be seen: ![text](file)"
        page.flaws.append(Flaw(f"the picture {quote(source)} has no text", hint))
    token.attrSet("src", page.address + picture.name)
    return True


def _picture(source: str, page: _Page) -> Image | None:
    if not page.address:
        return None
    if page.folder is None:
        found: Image | Flaw = Flaw("pictures are shown only of a bank that is a file", "")
    else:
        found = read_image(page.folder, source, page.limits)
    if isinstance(found, Flaw):
        page.flaws.append(found)
        return None
    return page.images.setdefault(found.name, found)


def _said(tokens: Sequence[Token]) -> str:
    return "".join(token.content or _said(token.children or ()) for token in tokens)


def _allow(depth: int, limits: Limits) -> None:
    if depth > limits.markup_depth:
        problem = Problem(
            Location("text"),
            f"lists, quotes and emphasis are nested more than {limits.markup_depth} deep",
            "write it flatter, or say `markup: plain` if it is not Markdown; " + limits.hint("markup-depth"),
        )
        raise InputRefused((problem,))


# Rules, as markdown-it calls them: for a block, with a token's place among the tokens


def _keep_footnotes(state: StateCore) -> None:
    """Let no note be lost: one that nothing refers to, a second of that name, one inside another."""
    notes = state.env.get("footnotes")
    if not notes:
        return
    body: list[Token] = []
    ended: list[Token] = []
    nested = [body]
    labels: Counter[str] = Counter()
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            nested.append([])
            _allow(len(nested) - 1, state.env["limits"])
            label = token.meta["label"]
            if again := labels[label]:
                token.meta["label"] += f" {again}"  # no label has a space
            labels[label] += 1
            key = ":" + token.meta["label"]
            if notes["refs"].setdefault(key, -1) < 0:
                notes["refs"][key] = len(notes["list"])
                notes["list"][len(notes["list"])] = {"label": token.meta["label"], "count": 0}
        nested[-1].append(token)
        if token.type == "footnote_reference_close":
            ended += nested.pop()
    state.tokens = body + ended


def _footnote_ref(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    number = tokens[index].meta["id"] + 1
    place, note = _footnote_places(tokens[index], env)
    return f'<sup><a href="#{note}" id="{place}" title="Note {number}">{number}</a></sup>'


def _footnote_anchor(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    if not env["footnotes"]["list"][tokens[index].meta["id"]]["count"]:
        return ""
    place, _ = _footnote_places(tokens[index], env)
    return f' <a class="back" href="#{place}" title="Back to the text">↑</a>'


def _footnote_open(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    _, note = _footnote_places(tokens[index], env)
    return f'<li id="{note}">'


def _footnote_places(token: Token, env: dict[str, Any]) -> tuple[str, str]:
    """Return the name of a place in the text that refers to a note, and the name of the note's."""
    number = f"{token.meta['id'] + 1}"
    name = f"{env['name']}-{number}" if env["name"] else number
    again = f"-{token.meta['subId'] + 1}" if token.meta.get("subId") else ""
    return f"fnref-{name}{again}", f"fn-{name}"


def _footnote_block_open(*_arguments: object) -> str:
    return '<ol class="footnotes">\n'


def _footnote_block_close(*_arguments: object) -> str:
    return "</ol>\n"


def _image(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    return f'<img src="{escape(str(tokens[index].attrs["src"]))}" alt="{escape(tokens[index].content)}">'


def _table_open(*_arguments: object) -> str:
    return '<div class="table">\n<table>\n'


def _table_close(*_arguments: object) -> str:
    return "</table>\n</div>\n"


def _fence(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    """Return a block of code, its parts marked by Pygments's classes where the language is known."""
    code = tokens[index].content
    limits: Limits = env["limits"]
    if code.count("\n") > limits.code_lines:
        message = f"a block of code has more than {limits.said('code-lines')}"
        raise limits.exceeded("code-lines", message, "show less of it")
    lexer = _lexer(tokens[index].info.split(maxsplit=1)[0].lower()) if tokens[index].info.strip() else None
    if lexer is None:
        html = escape(code, quote=False)
    else:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter

        html = _DRAWN.sub(_if_drawn, highlight(code, lexer, HtmlFormatter(nowrap=True)))
    # Pygments ends at the end of a line what it began in it.
    lines = "".join(f'<span class="line">{line}</span>\n' for line in html.removesuffix("\n").split("\n"))
    return f'<pre class="code"><code>{lines}</code></pre>\n'


_DRAWN = re.compile(r'<span class="(\w+)">([^<]*)</span>')


def _if_drawn(part: re.Match[str]) -> str:
    """Keep the class of comments, keywords, strings, numbers and some names: a span takes the PDF 1 ms."""
    kind = part[1]
    return (
        part[0] if kind[0] in "ckmsg" or kind in ("fm", "na", "nb", "nc", "nd", "nf", "nt", "ow") else part[2]
    )


_RULES: dict[str, Callable[..., str]] = {
    "code_block": _fence,
    "fence": _fence,
    "footnote_anchor": _footnote_anchor,
    "footnote_block_close": _footnote_block_close,
    "footnote_block_open": _footnote_block_open,
    "footnote_open": _footnote_open,
    "footnote_ref": _footnote_ref,
    "image": _image,
    "table_close": _table_close,
    "table_open": _table_open,
}


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


# Questions, as templates see them


CHECKED = "checked:"
"""An address of pictures for HTML that nobody sees."""


class SectionView(TypedDict):
    """One part of a model answer."""

    key: str
    title: str
    html: Markup


class QuestionView(TypedDict):
    """One question as plain values, its texts as HTML; "" or an empty list where the bank has nothing."""

    id: str
    question: Markup
    asked: Markup
    """The question up to what is no longer a line: its heading in a book."""
    more: Markup
    """What stands below that line, as blocks: code the question is about; empty for most."""
    sections: list[SectionView]
    """The parts that have text, in reading order, without the follow-ups."""
    follow_ups: list[Markup]
    follow_ups_title: str
    technology: str
    category: str
    level: str
    difficulty: int | None
    tags: list[str]
    source: str
    source_url: str
    """The source again if it is an address on the web."""
    retired: bool


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One question made ready for a page."""

    view: QuestionView
    images: tuple[Image, ...]
    """The pictures its sections name, each once."""
    asked_images: tuple[Image, ...]
    """Those that what stands below its line names."""
    problems: tuple[Problem, ...]
    """What is shown otherwise than it is written, and why."""


def question_text(
    question: Question, *, heading_level: int = 4, image_address: str = "", limits: Limits = USUAL
) -> QuestionText:
    """Return a question's texts as HTML, and the pictures in it as `<img src="{image_address}{name}">`.

    Without an address pictures are their text. What refuses the texts is raised, all of it at once.
    """
    writing = _Writing(question, image_address, limits)
    view = writing.view(heading_level)
    for exceeded in writing.exceeded:
        raise LimitExceeded(str(exceeded), hint=exceeded.hint)
    if writing.refused:
        raise InputRefused(tuple(writing.refused))
    images, asked_images = tuple(writing.images.values()), tuple(writing.asked_images.values())
    return QuestionText(view, images, asked_images, tuple(writing.problems))


def question_view(question: Question, *, heading_level: int = 4) -> QuestionView:
    """Return what templates get of a question; an error in its texts names the question and its place."""
    return question_text(question, heading_level=heading_level).view


def question_images(question: Question, limits: Limits = USUAL) -> tuple[Image, ...]:
    """Return the pictures that question_text() names if it gets an address; quick where there are none."""
    texts = [question.question, *(getattr(question, key) for key in PROSE_SECTIONS)]
    if question.markup != "markdown" or not any("![" in text for text in texts):
        return ()
    text = question_text(question, image_address=CHECKED, limits=limits)
    return (*text.images, *(image for image in text.asked_images if image not in text.images))


def text_problems(
    question: Question, limits: Limits = USUAL
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return what refuses a question's texts, and what would be shown otherwise than it is written."""
    writing = _Writing(question, CHECKED, limits)
    writing.view(4)
    return (*writing.exceeded, *writing.refused), tuple(writing.problems)


class _Writing:
    """A question while it is written: its parts, and what comes to light in each."""

    def __init__(self, question: Question, image_address: str, limits: Limits) -> None:
        self._question = question
        self._limits = limits
        self._address = image_address
        bank = Path(question.location.path)
        self._folder = bank.parent if image_address and bank.is_file() else None
        self.images: dict[str, Image] = {}
        self.asked_images: dict[str, Image] = {}
        self.exceeded: list[Problem] = []
        self.refused: list[Problem] = []
        self.problems: list[Problem] = []

    def view(self, heading_level: int) -> QuestionView:
        question = self._question
        asked, more = divided(question.question, question.markup)
        line = self._line("question", question.question)
        sections: list[SectionView] = []
        for key in PROSE_SECTIONS:
            if text := getattr(question, key):
                html = self._blocks(key, text, heading_level)
                sections.append({"key": key, "title": SECTION_TITLES[key], "html": html})
        return {
            "id": question.id,
            "question": line,
            "asked": self._line("question", asked) if more else line,
            "more": self._blocks("question", more, heading_level) if more else Markup(),
            "sections": sections,
            "follow_ups": [self._line("follow_ups", each) for each in question.follow_ups],
            "follow_ups_title": SECTION_TITLES["follow_ups"],
            "technology": question.technology,
            "category": question.category,
            "level": question.level,
            "difficulty": question.difficulty,
            "tags": list(question.tags),
            "source": question.source,
            "source_url": question.source if re.fullmatch(r"https?://\S+", question.source) else "",
            "retired": question.status == "retired",
        }

    def _blocks(self, key: str, text: str, heading_level: int) -> Markup:
        if self._question.markup == "markdown":
            images = self.asked_images if key == "question" else self.images
            name = _anchor(f"{self._question.id}-{key}")
            page = _Page(name, self._folder, self._address, images, limits=self._limits)
            return self._placed(key, page, lambda: _markdown_blocks(text, heading_level, page))
        listed = items(text, "plain") if key == "common_mistakes" else None
        return prose(text, "plain") if listed is None else listed

    def _line(self, key: str, text: str) -> Markup:
        """A question's line also stands in lists: a picture in it is its text."""
        if self._question.markup == "markdown":
            page = _Page(limits=self._limits)
            return self._placed(key, page, lambda: _markdown_line(text, page))
        return inline(text, "plain", code=True)

    def _placed(self, key: str, page: _Page, write: Callable[[], Markup]) -> Markup:
        """Note what is wrong with a part of the question under the question's name and place."""
        html = Markup()
        try:
            html = write()
        except InputRefused as refused:
            self.refused += [self._problem(key, each.message, each.hint) for each in refused.problems]
        except LimitExceeded as exceeded:
            self.exceeded.append(self._problem(key, exceeded.message, exceeded.hint))
        for flaw in page.flaws:
            noted = self.refused if flaw.refused else self.problems
            noted.append(self._problem(key, flaw.message, flaw.hint))
        return html

    def _problem(self, key: str, message: str, hint: str) -> Problem:
        return Problem(self._question.location, f"{key} of {self._question.id}: {message}", hint)


def _anchor(text: str) -> str:
    """Return a text as the name of a place: other characters than letters and digits by their number."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found[0]):x}_", text)


# Templates


def templates_folder() -> Path:
    """Return the built-in templates: inside the installed package, or at the root of a checkout."""
    packaged = Path(__file__).parents[1] / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "templates"


def is_inside(path: Path, folder: Path) -> bool:
    """Tell whether a path stays in a folder when all links are followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


class Templates:
    """Templates by name ("handbook/cover.html.j2"), the first folder that has one deciding.

    They may read the values they are given and nothing else: no file, no attribute of Python's own.
    """

    def __init__(self, folders: tuple[Path, ...] = (templates_folder(),), limits: Limits = USUAL) -> None:
        self._folders = folders
        self.limits = limits

    @cached_property
    def _environment(self) -> Sandbox:
        """The engine, which a book whose chunks are all in the cache does without: 40 ms."""
        from qexport.content.sandbox import Sandbox

        environment = Sandbox(self._folders)
        for each in (prose, inline, breakable, letters):
            environment.add_filter(each.__name__, each)
        return environment

    def render(self, name: str, /, **values: object) -> str:
        """Fill a template with plain values: text, numbers, Markup, and lists, tuples and dicts of them.

        InputRefused names the line of a template that is wrong, LimitExceeded that of one that does not end.
        """
        from qexport.content.sandbox import TooManyStepsError, steps

        _refuse_objects(values)
        try:
            with steps(self.limits.template_steps):
                return self._environment.get_template(name).render(values)
        except TooManyStepsError as error:
            message = f"{self._place(name, error)}: this takes more than {self.limits.said('template-steps')}"
            raise self.limits.exceeded("template-steps", message, "see whether it ends") from error
        except RecursionError as error:
            message = f"{self._place(name, error)}: this includes or calls itself without an end"
            raise LimitExceeded(message, hint="let it end, or nest less") from error
        except Exception as error:
            if (problem := self._problem(name, error, values)) is None:
                raise
            if all(is_inside(folder, templates_folder()) for folder in self._folders):
                raise QexportError(str(problem), hint=problem.hint) from error  # our own mistake
            raise InputRefused((problem,)) from error

    def _problem(self, name: str, error: Exception, values: Mapping[str, object]) -> Problem | None:
        """Return what is wrong in a template; None where the error is none of its own."""
        from jinja2 import TemplateError, TemplateNotFound, UndefinedError

        place = self._place(name, error)
        match error:
            case TemplateNotFound():
                return Problem(place, f"there is no template {quote(str(error.name))}", self._searched())
            case UndefinedError():
                return Problem(place, str(error), _meant(str(error), values))
            case UnicodeDecodeError():
                return Problem(
                    place, f"not UTF-8: byte 0x{error.object[error.start]:02x}", "save it as UTF-8"
                )
            case SyntaxError():
                return Problem(place, "blocks are nested too deeply", "nest less")
            case TemplateError() | ArithmeticError() | LookupError() | TypeError() | ValueError():
                return Problem(place, str(error))
            case _:
                return None

    def source(self, name: str) -> str:
        """Return a file of the templates as it stands, such as a style sheet."""
        for folder in self._folders:
            path = folder / name
            if path.is_file() and is_inside(path, folder):
                return path.read_text("utf-8")
        raise QexportError(f"no template {name!r}", hint=self._searched())

    def _searched(self) -> str:
        return f"looked in {', '.join(str(folder) for folder in self._folders)}"

    def _place(self, name: str, error: Exception) -> Location:
        """Return the last line of a template that the error went through."""
        from jinja2 import TemplateSyntaxError

        if isinstance(error, TemplateSyntaxError):
            return Location(error.filename or self._path(error.name or name), error.lineno)
        place = Location(self._path(name))
        trace = error.__traceback__
        while trace is not None:
            path = trace.tb_frame.f_code.co_filename
            if any(Path(path).is_relative_to(folder) for folder in self._folders):
                place = Location(path, trace.tb_lineno)
            trace = trace.tb_next
        return place

    def _path(self, name: str) -> str:
        """Return the path of a template, or its name where no folder has it."""
        paths = (folder / name for folder in self._folders)
        return str(next((path for path in paths if path.is_file()), name))


def _meant(message: str, values: Mapping[str, object]) -> str:
    """Return the name that was probably meant by one which is undefined."""
    name = re.match(r"'(.+?)' is undefined", message)
    near = get_close_matches(name[1], values, n=1) if name else []
    return f"did you mean {near[0]}?" if near else ""


def _refuse_objects(value: object) -> None:
    """Raise TypeError for a value whose methods a template could call: the sandbox would let it."""
    if type(value) is dict:
        for each in value.values():
            _refuse_objects(each)
    elif type(value) in (list, tuple):
        for each in value:  # type: ignore[attr-defined]
            _refuse_objects(each)
    elif type(value) not in (str, Markup, int, float, bool, type(None)):
        raise TypeError(f"a template takes plain values, not {type(value).__name__}")
