"""Code in plain text: which of its characters can be nothing else.

A token is caught for how it is built (`__init_subclass__`, `gc.collect()`, `List[str]`), hardly ever for what its
words mean: `Node.js`, `threading` and `list` are words of sentences as well, `O(n)` and `p_i` are mathematics,
`input(s)` is a plural. One that is missed is in the type of the text; a word of prose that is caught
looks like a mistake. So where form cannot tell, it is prose: file names (`setup.py`, as `Node.js`), one
capital inside a word (`useState`, as `fastText`), words in brackets (`f(x, int)`, as `LSTM(long, short)`).

Only those of `_CODE_NAMES` are caught as bare words: modules, functions and operators whose names are words of no
language. So `weakref` looks the same beside `weakref.ref()`. `del` is one in an English text, but no part of a name.

A chain of names, calls and indexes is code for a *sign* somewhere in it:

    f()  f(key=value)  f(name: str)              a call that is empty, or has what only arguments have
    List[str]  Promise<void>  x[-1]  x["key"]    a type that takes types, an index that is no footnote's
    __init__  snake_case  addEventListener       a name as only code has them
    np.mean  document.querySelector  std::sort   a module called like no English word, a name like those above
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qexport.common.patterns import compile_late


def _make_word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DUNDERS = _make_word_set(
    """__abs__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotations__ __await__
    __bases__ __bool__ __bytes__ __call__ __class__ __closure__ __code__ __contains__ __copy__ __debug__
    __deepcopy__ __defaults__ __del__ __delattr__ __delete__ __delitem__ __dict__ __dir__ __doc__ __enter__
    __eq__ __exit__ __file__ __float__ __format__ __func__ __future__ __ge__ __get__ __getattr__
    __getattribute__ __getitem__ __getstate__ __globals__ __gt__ __hash__ __iadd__ __import__ __index__
    __init__ __instancecheck__ __int__ __invert__ __iter__ __kwdefaults__ __le__ __len__ __lt__ __main__
    __metaclass__ __missing__ __mod__ __module__ __mro__ __mul__ __name__ __ne__ __neg__ __new__ __next__
    __or__ __package__ __path__ __pow__ __prepare__ __proto__ __qualname__ __radd__ __reduce__ __repr__
    __reversed__ __round__ __self__ __set__ __setattr__ __setitem__ __setstate__ __slots__ __spec__ __str__
    __sub__ __subclasses__ __truediv__ __weakref__ __wrapped__ __xor__"""
)
"""What stands between double underscores as one word and is not `__emphasis__`."""

_DECORATORS = _make_word_set(
    """@Override @abstractmethod @cached_property @classmethod @contextmanager @dataclass @lru_cache @overload
    @property @staticmethod"""
)
"""What begins with @ and is nobody's name."""

_MODULE_NAMES = _make_word_set(
    """aiohttp argparse asyncio contextlib ctypes dataclasses functools gc hashlib httpx importlib itertools
    matplotlib multiprocessing np numpy os pandas pathlib pd plt pydantic pytest scipy self sklearn
    sqlalchemy subprocess sys tf torch tracemalloc unittest urllib weakref"""
)
"""What stands before a dot in code and is no word of English."""

_SENTENCE_STARTERS = _make_word_set(
    """a also an and as at both but by each for from he here how i if in instead it its no not on one or our
    she since so some that the their then there these they this those to use using we what when where which
    while who why with you your"""
)
"""What stands after the dot where somebody forgot the space."""

_CODE_NAMES = _make_word_set(
    """asyncio bytearray classmethod contextlib contextvars ctypes defaultdict delattr elif frozenset functools getattr
    hasattr hashlib importlib instanceof isinstance issubclass itertools malloc memoryview namedtuple nonlocal nullptr
    pathlib printf setattr sizeof staticmethod tracemalloc typeof unittest urllib weakref"""
)
"""Names that code alone has, in lower case: a bare one is code, as it is beside a dot or brackets."""

_ENDINGS = _make_word_set(
    """ai app c cfg cloud co com cpp css csv dev edu gov gz h hpp html ini io ipynb java jpg js json jsx lock
    log md mjs net org pdf png py rs sh so sql svg toml ts tsx txt uk vue xml yaml yml zip"""
)
"""What ends the name of a file, a site, or a product that is called like one."""

_TYPES = _make_word_set(
    """any boolean bytes char complex dict double float frozenset int integer list long null number object set
    str string tuple type undefined unknown void bool"""
)

_GENERICS = _make_word_set(
    """Annotated Array ArrayList AsyncGenerator AsyncIterable AsyncIterator Awaitable Box Callable ClassVar
    Collection Coroutine DefaultDict Deque Dict Final FrozenSet Future Generator Generic HashMap HashSet
    Iterable Iterator List Literal Map Mapping MutableMapping Option Optional Promise Protocol Queue
    Readonly Record Result Sequence Set Tuple Type Union Vec defaultdict deque dict frozenset list set
    tuple type vector"""
)
"""Types that take types in brackets."""

_TAGS = _make_word_set(
    """article aside body br button canvas div em footer form h1 h2 h3 h4 h5 h6 head header hr html iframe
    img input li main nav ol pre script section select span strong style svg table tbody td textarea th thead
    tr ul video"""
)
"""Elements of HTML that, between angle brackets, mean nothing else: not title, link, name."""

_DOTTED_NAME = r"[A-Za-z_]\w*(?:(?:\.|::)[A-Za-z_]\w*)*"
_CANDIDATE = compile_late(
    rf"""
    # Most words fail at once, at one of the lines that begin with (?=
    (?<!\w)(?=[@A-Za-z_])(?:
        (?P<elsewhere> [a-z][a-z+]{{1,9}}://\S+ | www\.\S+ )
      | (?=@|\w*(?:[_(\[<]|\.\w|::|(?<=[a-z])[A-Z]))
        # No word, path, slug, handle, code of an emoji or formula may go on here.
        (?P<chain> (?<![\\.$#&%:@\u00aa-\u02af\u0370-\u052f-])@?{_DOTTED_NAME} )
      | (?P<union> (?:int|str|float|bool|bytes|None)(?:[ ]\|[ ](?:int|str|float|bool|bytes|None))+(?!\w) )
    )
  | (?=[<*=!&+/-])(?P<alone>
        </(?:{"|".join(sorted(_TAGS))})>
      | <(?:{"|".join(sorted(_TAGS))})(?:\s[^<>\n]{{0,120}})?/?>
      | (?<![\w*])(?:\*args|\*\*kwargs)(?![\w*])
      | (?<=[ (])(?:===?|!==?|&&|[-+*/]=)(?=[\s?,.;:)]|$)
    )
    """,
    re.ASCII | re.VERBOSE,
)
_SIGN_OF_CODE = compile_late(
    r"[@_=(\[<*&:.|A-Z](?<![^a-z][A-Z])(?!(?<=\.)[ \n])(?:(?<=[a-z][A-Z])|(?<=\.)\w|(?<=\w[(\[<])|(?<=[@_=])"
    r"|(?<=<)[/a-z]|(?<=\*)(?:args|kwargs)|(?<=&)&|(?<=:):|(?<=[a-z] \|))"
)
"""What every candidate has: most sentences have none of it, and most words of the others.

It begins with a set of characters, which the engine skips to; what stands around one is looked at then, first whether
it is a capital that begins a word or an abbreviation, or ends a sentence, as most are.
"""
_BETWEEN_NAMES = compile_late(r"\.|::")
_MORE_NAMES = compile_late(rf"(?:\.|::){_DOTTED_NAME}", re.ASCII)
_GOES_ON = compile_late(
    r"[\w@\\{\u00aa-\u02af\u0370-\u052f]|[*/]\w|-(?!(?:aware|based|driven|like|only|related|safe|style)\b)\w",
    re.ASCII,
)
_SNAKE = compile_late(r"_?[A-Za-z][A-Za-z0-9]*(?:_+[A-Za-z0-9]+)+_?")
_CAMEL = compile_late(r"[a-z]{3,}(?:[A-Z][a-z]+){2}\w*|[gs]et[A-Z][a-z]{2,}\w*", re.ASCII)
_CAMEL_ATTRIBUTE = compile_late(r"[a-z]{2,}[A-Z]\w+(?<!OS)", re.ASCII)
_ANY_SPACE = compile_late(r"\s")
_DUNDER_OF_WORDS = compile_late(r"__[a-z0-9]+(?:_[a-z0-9]+)+__")

_GENERIC = compile_late(rf"(?<!\w)(?:{'|'.join(sorted(_GENERICS))})\[", re.ASCII)

_LONGEST_BRACKETS = 120
_CLOSING_BRACKETS = {"(": ")", "[": "]", "<": ">"}
_EMPTY_BRACKETS = frozenset({"()", "[]", "<>"})
_ARGUMENTS = compile_late(r"[^\s,]*(?:, ?[^\s,]+)*")
_KEYWORD_ARGUMENT = compile_late(r"(?:^|[\s,])[a-z]\w+=[^\s=]", re.ASCII)
_ANNOTATION = compile_late(rf"(?:^|[\s,])[a-z_]\w*: ?(?:{'|'.join(sorted(_TYPES))})\b", re.ASCII)
_LAMBDA = compile_late(r"(?<!\w)lambda(?: \w+(?:(?:, ?| )\w+)*)?:", re.ASCII)
_EMPTY_CALL = compile_late(r"\w\(\)", re.ASCII)
_INDEX = compile_late(r"-\d+|'[^']+'|\"[^\"]+\"|(?!\d+:\d)[\w-]*(?::[\w-]*){1,2}", re.ASCII)
_TYPE_WORDS = compile_late(r"(?:'[^']*'|\"[^\"]*\"|[\w\s,.|\[\]<>?])+", re.ASCII)
_ASSIGNED_VALUE = compile_late(
    r"=(?:-?\d+(?:\.\d+)?|[A-Za-z_]\w*|'[^'\n]{0,40}'|\"[^\"\n]{0,40}\")(?![\w(\[])", re.ASCII
)
_DEF = compile_late(r"(?<!\w)(?:async )?def $", re.ASCII)
_CLASS = compile_late(r"(?<!\w)class $", re.ASCII)
_RESULT = compile_late(r" ?-> ?[A-Za-z_]\w*(?:\[[\w, |]+\])?", re.ASCII)


_BARE_WORD = compile_late(
    r"(?<![\w./@#$%&\\:<-])[a-z]{2,}(?!\w|[/@\\]|[.:]\w|-(?!(?:aware|based|driven|like|only|related|safe|style)\b))",
    re.ASCII,
)
_MODULE = compile_late(r" module\b")
_ENGLISH_SIGNS = compile_late(r"\b(?:and|are|does|how|is|of|the|to|what|when|with)\b", re.IGNORECASE)
_ROMANCE = compile_late(r"\b(?:che|con|de|della|el|en|gli|il|la|las|lo|los|que|un|una|y)\b", re.IGNORECASE)


_HINTS = frozenset(name.encode() for name in (*_CODE_NAMES, "del", "module"))
_SMALL_LETTERS = bytes(each if ord("a") <= each <= ord("z") else ord(" ") for each in range(256))

BETWEEN_SIGN = "\x1e"
"""A control character: no checked text has one."""
BETWEEN_TEXTS = f"\n{BETWEEN_SIGN} \n"
"""What may stand between texts that are looked at together: no code goes over it."""


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where code begins and ends in plain texts, in order; none goes over the end of a line.

    Args:
        text: one text, or some with BETWEEN_TEXTS between them.
    """
    spans = _find_by_form(text)
    names = _find_by_name(text)
    if not names:
        return spans
    by_form = list(spans)
    apart = [
        (start, end) for start, end in names if all(end <= other or start >= last for other, last in by_form)
    ]
    return iter(sorted([*by_form, *apart]))


def _find_by_name(text: str) -> set[tuple[int, int]]:
    """Return the places of bare words that are names of code."""
    found: set[tuple[int, int]] = set()
    # Most texts have none: to cut bytes into words takes a fourth of what it does to look for each name.
    words = text.encode("ascii", "replace").translate(_SMALL_LETTERS).split()
    for hint in _HINTS.intersection(words):
        name = hint.decode()
        at = -1
        while (at := text.find(name, at + 1)) >= 0:
            start = _begin_of_module(text, at) if name == "module" else at
            word = _BARE_WORD.match(text, start) if start >= 0 else None
            if word and _is_name_in_code(word, text):
                found.add(word.span())
    return found


def _begin_of_module(text: str, at: int) -> int:
    """Return where the word begins that stands before `module`; -1: none does."""
    end = at - 1
    if end < 1 or not _MODULE.match(text, end):
        return -1
    start = end
    while start and "a" <= text[start - 1] <= "z":
        start -= 1
    return start


def _is_name_in_code(word: re.Match[str], text: str) -> bool:
    name = word[0]
    return (
        name in _CODE_NAMES
        or (name == "del" and _is_statement(text, word.end()))
        or (name in _MODULE_NAMES and name != "self" and _MODULE.match(text, word.end()) is not None)
    )


def _is_statement(text: str, end: int) -> bool:
    """Return whether `del` is Python's: in an English text, and not a part of a name such as Maria del Mar."""
    begins = text.rfind(BETWEEN_TEXTS, 0, end) + 1
    ends = text.find(BETWEEN_TEXTS, end)
    said = text[begins : ends if ends >= 0 else len(text)]
    return (
        not text[end : ends if ends >= 0 else len(text)].lstrip()[:1].isupper()
        and _ENGLISH_SIGNS.search(said) is not None
        and _ROMANCE.search(said) is None
    )


def _find_by_form(text: str) -> Iterator[tuple[int, int]]:
    at = end = 0
    while found := _next_candidate(text, at):
        start, at = found.span()
        if found["chain"]:
            beside = start > 0 and text[start - 1] == "/"
            if beside and start - 1 != end:  # a/b where a is no code: a path
                continue
            code_end, certain = _chain(text, start, at)
            if code_end and (certain or not _GOES_ON.match(text, code_end)):
                start, at = _with_surroundings(text, start, code_end)
                end = at
                yield start, end
            elif text.startswith("/", at):
                at = _end_of_word(text, at)
        elif not found["elsewhere"]:
            end = at
            yield start, at


def _next_candidate(text: str, at: int) -> re.Match[str] | None:
    """Return the first candidate from a place on. Each has a sign in its first word; a union of types, behind that."""
    while sign := _SIGN_OF_CODE.search(text, at):
        place = sign.start()
        word = text.rfind(" ", 0, place - (text[place] == "|")) + 1
        for start in range(max(at, word), place + 1):
            if found := _CANDIDATE.match(text, start):
                return found
        at = place + 1
    return None


def _chain(text: str, start: int, at: int) -> tuple[int, bool]:
    """Return where the code ends that begins with the names up to `at`, 0 if it is none.

    And whether it is certain: whatever has that form, a part of a path or of a slug has not.
    """
    names = text[start:at]
    certain = _has_dunder(names)
    is_defined = text.startswith("(", at) and _DEF.search(text, max(0, start - 11), start)
    end = at if certain or is_defined or _has_sign(names) else 0
    reach = at
    while True:
        if closing := _closing(text, reach):
            sign = _sign_in_brackets(names, text[reach], text[reach + 1 : closing - 1])
            if sign is None:
                return end, certain
            certain = certain or sign
            reach = closing
            if end or sign:
                end = reach
        elif reach > at and (more := _MORE_NAMES.match(text, reach)):
            names = more[0].lstrip(".:")
            if _starts_sentence(names):
                return end, certain
            reach = more.end()
            if end:
                end = reach
        else:
            return end, certain


def _has_dunder(names: str) -> bool:
    return "__" in names and any(
        each in _DUNDERS or _DUNDER_OF_WORDS.fullmatch(each) for each in _split_name(names)
    )


def _has_sign(names: str) -> bool:
    """Whether one of the names, or that they stand together, is a sign of code."""
    if names.startswith("@"):
        return names in _DECORATORS
    first, *others = _split_name(names)
    if not others:
        return _is_snake(first) or _CAMEL.fullmatch(first) is not None
    if others[-1] in _ENDINGS:
        return False
    return (
        ("::" in names and first.isalpha() and len(first) > 1)
        or (first in _MODULE_NAMES and not _starts_sentence(others[0]))
        or any(_CAMEL_ATTRIBUTE.fullmatch(each) for each in others)
        or any(map(_is_snake, (first, *others)))
    )


def _split_name(names: str) -> list[str]:
    return _BETWEEN_NAMES.split(names) if "." in names or ":" in names else [names]


def _is_snake(name: str) -> bool:
    """Whether underscores stand as only in code: not in p_i, C_max or t_SNE, COVID_19, _very_ or __very__."""
    if "_" not in name or not _SNAKE.fullmatch(name):
        return False
    first, *others = name.strip("_").split("_")
    if name.startswith("_") and name.endswith("_"):
        return False
    if len(first) == 1:
        return len(others[0]) >= 4 and others[0].isalpha() and others[0].islower()
    return any(len(other) >= 2 and other[0].isalpha() for other in others)


def _starts_sentence(names: str) -> bool:
    return _split_name(names)[0].lower() in _SENTENCE_STARTERS


def _closing(text: str, opening: int) -> int:
    """Return where the bracket that opens there is closed, after it; 0 if there is none, or not near."""
    pair = text[opening : opening + 2]
    if pair[:1] not in _CLOSING_BRACKETS:
        return 0
    if pair in _EMPTY_BRACKETS:
        return opening + 2
    open_brackets: list[str] = []
    for at in range(opening, min(opening + _LONGEST_BRACKETS, len(text))):
        character = text[at]
        if character == "\n":
            return 0
        if character in "([" or (character == "<" and text[opening] == "<"):
            open_brackets.append(_CLOSING_BRACKETS[character])
        elif open_brackets[-1] == character:
            open_brackets.pop()
            if not open_brackets:
                return at + 1
    return 0


def _sign_in_brackets(names: str, opening: str, inside: str) -> bool | None:
    """Return whether brackets after names are a sign of code; None if they do not belong to them."""
    name = _split_name(names)[-1]
    if opening == "(":
        return _sign_in_call(name, inside)
    if name in _GENERICS and _are_types(inside):
        return True
    if opening == "<":
        return None
    if _INDEX.fullmatch(inside):
        return True
    return False if re.fullmatch(r"[A-Za-z_]\w*", inside) and inside != "s" else None


def _sign_in_call(name: str, inside: str) -> bool | None:
    if not inside:
        return True
    if inside in ("s", "es"):
        return None
    if _ANNOTATION.search(inside) or _LAMBDA.search(inside):
        return True
    if not _ARGUMENTS.fullmatch(inside):
        return None
    if _KEYWORD_ARGUMENT.search(inside):
        return len(name) > 1 and not name.isupper()  # not P(class=1|x), KNN(neighbours=3)
    names_inside = re.findall(_DOTTED_NAME, inside, re.ASCII)
    return (
        any(_has_dunder(each) or any(map(_is_snake, _split_name(each))) for each in names_inside)
        or _EMPTY_CALL.search(inside) is not None
        or _GENERIC.search(inside) is not None
    )


def _are_types(inside: str) -> bool:
    """Whether brackets hold types: their names, or words with a capital."""
    words = re.findall(r"[A-Za-z_]\w*", inside)
    return (
        bool(words)
        and _TYPE_WORDS.fullmatch(inside) is not None
        and all(word in _TYPES or word in _GENERICS or word[0].isupper() for word in words)
    )


def _with_surroundings(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a chain's place with its `def` or `class`, and with the value or type that is given to it."""
    names, bracket, inside = text[start:end].partition("(")
    if keyword := _DEF.search(text, max(0, start - 11), start):
        result = _RESULT.match(text, end)
        return keyword.start(), result.end() if result else end
    if bracket and names[0].isupper() and _are_types(inside.removesuffix(")")):
        keyword = _CLASS.search(text, max(0, start - 7), start)
        return keyword.start() if keyword else start, end
    value = _ASSIGNED_VALUE.match(text, end)
    return start, value.end() if value else end


def _end_of_word(text: str, at: int) -> int:
    space = _ANY_SPACE.search(text, at)
    return space.start() if space else len(text)
