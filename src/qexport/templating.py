"""Text → safe HTML; templates, found and filled. The door to Jinja, markdown-it and Pygments.

    text of a bank → prose(), inline() → Markup → question_view() → Templates.render() → HTML

Whatever comes from a bank is text. Only what this module makes is `Markup`, the one type a template does
not escape. markdown-it with its raw HTML off writes nothing but its own tags around escaped text, so there
is nothing left for a sanitiser to do; links and pictures, its two ways out of the page, are decided here.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from markupsafe import Markup

from qexport.errors import InputRefused, LimitExceeded, Location, Problem, QexportError
from qexport.question import PROSE_SECTIONS, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import BaseLoader, Environment
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from pygments.lexer import Lexer

SECTION_TITLES = {
    "answer": "Answer",
    "deep_explanation": "Deep explanation",
    "real_world_example": "Real-world example",
    "common_mistakes": "Common mistakes",
    "production_scenario": "Production scenario",
    "follow_ups": "Follow-up questions",
}
"""What a reader calls the parts of a model answer, in the order they are read."""

DEEPEST_NESTING = 20
"""Lists, quotes, emphasis and links inside each other; far deeper ones end the PDF engine's recursion."""

LONGEST_CODE = 5_000
"""Lines of one block of code."""

LONGEST_WORD = 60
"""Characters before a word gets a place to break; without one a PDF takes quadratic time to break it."""


# Text


def prose(text: str, markup: str, *, heading_level: int = 4) -> Markup:
    """Return a section's text as blocks of HTML; the outermost headings in it are `<h{heading_level}>`."""
    if markup == "markdown":
        return _written(_markdown().parse(text), heading_level)
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", text.strip("\n"))
    return _made("\n".join(f"<p>{_literal(each)}</p>" for each in paragraphs if each.strip()))


def inline(text: str, markup: str) -> Markup:
    """Return one line's text (a question, a follow-up) as HTML without a block around it."""
    if markup == "markdown":
        return _written(_markdown().parseInline(text.strip()))
    return _made(_literal(text.strip()))


def breakable(html: Markup) -> Markup:
    """Return HTML with U+200B after every 60 characters of a longer word, where a PDF may break it."""
    return _made("".join(_broken_up(html))) if _MAYBE_LONG_WORD.search(html) else html


# Words go on over a no-break space.
_MAYBE_LONG_WORD = re.compile(rf"[\S\u00a0\u202f]{{{LONGEST_WORD + 1}}}")
_TAG_OR_WORD_OR_SPACE = re.compile(r"<[^>]*>|(?:&[^;\s]+;|[^\s<]|[\u00a0\u202f])+|[^\S\u00a0\u202f]+")
_SPACE = re.compile(r"[^\S\u00a0\u202f]")
_INLINE_TAG = re.compile(r"</?(?:a|code|em|s|span|strong)\b")


def _broken_up(html: str) -> Iterator[str]:
    length = 0
    for part in _TAG_OR_WORD_OR_SPACE.findall(html):
        if part.startswith("<"):
            if not _INLINE_TAG.match(part):
                length = 0
            yield part
        elif _SPACE.match(part):
            length = 0
            yield part
        else:
            for character in re.findall(r"&[^;\s]+;|.", part):
                if length == LONGEST_WORD:
                    length = 0
                    yield "\u200b"
                length += 1
                yield character


def _made(html: str) -> Markup:
    """Mark HTML as safe: the one place where that happens."""
    return Markup(html)  # noqa: S704


def _literal(text: str) -> str:
    """Escape markup, keep line breaks and indentation. Quotes stay, so that a search finds `Python's`."""
    indented = re.sub(
        r"^[ \t]+",
        lambda indent: "\u00a0" * len(indent[0].expandtabs(4)),
        escape(text, quote=False),
        flags=re.MULTILINE,
    )
    return indented.replace("\n", "<br>")


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Beyond maxNesting markdown-it drops text without a word; ours is reached long before and is an error.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 5 * DEEPEST_NESTING})
    parser.enable(["table", "strikethrough"])
    # Every link passes here; _tame_inline() drops those that lead elsewhere, and keeps their text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    return parser


def _written(tokens: Sequence[Token], heading_level: int = 4) -> Markup:
    parser = _markdown()
    _shift_headings(tokens, heading_level)
    depth = 0
    for token in tokens:
        if token.tag in ("blockquote", "ol", "ul"):
            depth += token.nesting
        elif token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", "")):
            token.attrSet("class", str(style).replace("text-align:", "align-"))
        _allow(depth)
        _tame_inline(token.children or (), depth)
    return _made(parser.renderer.render(tokens, parser.options, {}).strip())


def _shift_headings(tokens: Sequence[Token], outermost: int) -> None:
    """Renumber headings so that they nest under what encloses them and no level is left out."""
    enclosing: list[str] = []
    for opening, closing in zip(tokens, tokens[2:], strict=False):
        if opening.type == "heading_open":
            while enclosing and enclosing[-1] >= opening.tag:
                enclosing.pop()
            enclosing.append(opening.tag)
            opening.tag = closing.tag = f"h{min(outermost + len(enclosing) - 1, 6)}"


def _tame_inline(tokens: Sequence[Token], depth: int) -> None:
    """Keep the text of links that lead elsewhere than to the web, and of pictures."""
    dropped = False
    for token in tokens:
        _allow(depth + token.level)
        if token.type == "link_open":
            dropped = not re.match(r"https?://|mailto:|#", str(token.attrs["href"]), re.IGNORECASE)
        if token.type in ("link_open", "link_close"):
            token.hidden = dropped
        elif token.type == "image":
            token.type = "text"
            token.content = _said(token.children or ())


def _said(tokens: Sequence[Token]) -> str:
    return "".join(token.content or _said(token.children or ()) for token in tokens)


def _allow(depth: int) -> None:
    if depth > DEEPEST_NESTING:
        problem = Problem(
            Location("text"),
            f"lists, quotes and emphasis are nested more than {DEEPEST_NESTING} deep",
            "write it flatter, or say `markup: plain` if it is not Markdown",
        )
        raise InputRefused((problem,))


def _code(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    """Return a block of code, its parts marked by Pygments's classes where the language is known."""
    code = tokens[index].content
    if code.count("\n") > LONGEST_CODE:
        raise LimitExceeded(f"a block of code has more than {LONGEST_CODE} lines", hint="show less of it")
    lexer = _lexer(tokens[index].info.split(maxsplit=1)[0].lower()) if tokens[index].info.strip() else None
    if lexer is None:
        html = escape(code, quote=False)
    else:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter

        html = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return f'<pre class="code"><code>{html}</code></pre>\n'


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


# Questions, as templates see them


class SectionView(TypedDict):
    """One part of a model answer."""

    key: str
    title: str
    html: Markup


class QuestionView(TypedDict):
    """One question as plain values, its texts as HTML; "" or an empty list where the bank has nothing."""

    id: str
    question: Markup
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


def question_view(question: Question, *, heading_level: int = 4) -> QuestionView:
    """Return what templates get of a question; an error in its texts names the question and its place."""
    markup = question.markup
    sections: list[SectionView] = []
    for key in PROSE_SECTIONS:
        if text := getattr(question, key):
            with _placed(question, key):
                html = prose(text, markup, heading_level=heading_level)
            sections.append({"key": key, "title": SECTION_TITLES[key], "html": html})
    with _placed(question, "question"):
        title = inline(question.question, markup)
    with _placed(question, "follow_ups"):
        follow_ups = [inline(each, markup) for each in question.follow_ups]
    return {
        "id": question.id,
        "question": title,
        "sections": sections,
        "follow_ups": follow_ups,
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


@contextmanager
def _placed(question: Question, part: str) -> Iterator[None]:
    whose = f"{part} of {question.id}"
    try:
        yield
    except InputRefused as refused:
        problems = refused.problems
        raise InputRefused(
            tuple(Problem(question.location, f"{whose}: {each.message}", each.hint) for each in problems)
        ) from refused
    except LimitExceeded as exceeded:
        message = f"{question.location}: {whose}: {exceeded.message}"
        raise LimitExceeded(message, hint=exceeded.hint) from exceeded


# Templates


def templates_folder() -> Path:
    """Return the built-in templates: inside the installed package, or at the root of a checkout."""
    packaged = Path(__file__).with_name("templates")
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"


class Templates:
    """Templates by name ("handbook/cover.html.j2"), the first folder that has one deciding.

    They may read the values they are given and nothing else: no file, no attribute of Python's own.
    """

    def __init__(self, folders: tuple[Path, ...] = (templates_folder(),)) -> None:
        from jinja2 import FileSystemLoader

        self._folders = folders
        self._loader = FileSystemLoader(folders)
        self._environment = _environment(self._loader)

    def render(self, name: str, /, **values: object) -> str:
        """Fill a template with plain values: text, numbers, Markup, and lists, tuples and dicts of them."""
        from jinja2 import TemplateError, TemplateNotFound

        _refuse_objects(values)
        try:
            return self._environment.get_template(name).render(values)
        except TemplateNotFound as error:
            raise QexportError(f"no template {error.name!r}", hint=self._searched()) from error
        except (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise QexportError(f"{self._place(name, error)}: {error}") from error

    def source(self, name: str) -> str:
        """Return a file of the templates as it stands, such as a style sheet."""
        from jinja2 import TemplateNotFound

        try:
            return self._loader.get_source(self._environment, name)[0]
        except TemplateNotFound as error:
            raise QexportError(f"no template {error.name!r}", hint=self._searched()) from error

    def _searched(self) -> str:
        return f"looked in {', '.join(str(folder) for folder in self._folders)}"

    def _place(self, name: str, error: Exception) -> Location:
        """Return the last line of a template that the error went through."""
        from jinja2 import TemplateSyntaxError

        if isinstance(error, TemplateSyntaxError):
            return Location(error.name or name, error.lineno)
        place = Location(name)
        trace = error.__traceback__
        while trace is not None:
            path = Path(trace.tb_frame.f_code.co_filename)
            for folder in self._folders:
                if path.is_relative_to(folder):
                    place = Location(path.relative_to(folder).as_posix(), trace.tb_lineno)
            trace = trace.tb_next
        return place


def _environment(loader: BaseLoader) -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=True,  # for every name: select_autoescape() does not know "html.j2"
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    environment.filters["inline"] = inline
    environment.filters["breakable"] = breakable
    del environment.filters["safe"]  # what is safe comes as Markup; nothing else becomes it in a template
    environment.intercepted_binops = frozenset(("*", "**"))
    environment.binop_table["*"] = _product
    environment.binop_table["**"] = _power
    return environment


def _product(left: object, right: object) -> object:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left * right
    raise TypeError("templates multiply numbers only")  # 'a' * 3000000000 would take all memory


def _power(_base: object, _exponent: object) -> object:
    raise TypeError("templates do not raise to a power")  # 9**9**9 would never end


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
