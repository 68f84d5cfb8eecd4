"""Attacks by folders that are passed on: themes, and banks of several files."""

from __future__ import annotations

import json
import random
import struct
import zlib
from functools import cache
from pathlib import Path

from qexport.layout.fonts import find_bundled
from tools.attack_harness import REFUSED, Attack, Kind, allow, put_in_place, write
from tools.attack_packages import EITHER, READ, RESERVED, UNSEEN, bad_name, word

QUESTION = "questions:\n- {id: A, question: Why?, answer: So.}\n"
_BUILD = (
    "build",
    "--bank",
    "b.yaml",
    "--theme",
    "mine",
    "--format",
    "handbook",
    "--no-cache",
    "--file-name",
    "x",
)
_COVER = "mine/handbook/cover.html.j2"
_STYLE = "mine/theme.css"


@cache
def font() -> bytes:
    return next(file.path for file in find_bundled().values()).read_bytes()


# Themes


def _theme(*words: str, says: str = "", ends: frozenset[int] = REFUSED) -> Attack:
    """Return the build of a book with the theme `mine`, whose files are there already."""
    write("b.yaml", QUESTION)
    if not Path("mine/theme.toml").exists():
        write("mine/theme.toml", 'extends = "classic"\n')
    return Attack((*_BUILD, "--jobs", "1", *words), ends, says, ("out/x.pdf",))


_HIDDEN = ("__doc__", "__class__", "__dict__", "__init__", "__globals__", "_environment", "__subclasses__")


def a_way_to_python(rng: random.Random) -> Attack:
    name = rng.choice(_HIDDEN)
    roads = (
        "{{ ''.NAME }}",
        "{{ ''['NAME'] }}",
        "{{ ''|attr('NAME') }}",
        "{{ [title]|map(attribute='NAME')|join }}",
        "{{ '{0.NAME}'.format(title) }}",
        "{{ self.NAME }}",
        "{{ range.NAME }}",
        "{% macro m() %}{% endmacro %}{{ m.NAME }}",
        "{% for a in 'ab' %}{{ loop.NAME }}{% endfor %}",
    )
    write(_COVER, "\n" * rng.randrange(5) + rng.choice(roads).replace("NAME", name))
    return _theme(says=_COVER)


def a_template_of_another_folder(rng: random.Random) -> Attack:
    path = rng.choice(
        ("../../../outside/secret.css", "/etc/hostname", "handbook/../../../outside/secret.css")
    )
    tag = rng.choice(
        ("include 'P'", "import 'P' as p", "extends 'P'", "from 'P' import x", "include ['P', 'P']")
    )
    write(_COVER, f"{{% {tag.replace('P', path)} %}}")
    return _theme(says="there is no template")


def no_template_but_something_else(rng: random.Random) -> Attack:
    write(_COVER, "{% include 'handbook/part.j2' %}")
    put_in_place(rng, "mine/handbook/part.j2", "secret.css")
    return _theme(says="part.j2")


def steps_without_end(rng: random.Random) -> Attack:
    many = rng.randint(3_100, 9_000)
    bodies = (
        f"{{% for a in range({many}) %}}{{% endfor %}}",
        "{% for a in range(90) %}{% for b in range(90) %}x{% endfor %}{% endfor %}",
        f"{{% macro m(n) %}}{'x' * 400}{{% endmacro %}}{{% for a in range(99) %}}{{{{ m(a) }}}}{{% endfor %}}",
        f"{{% include '{_COVER.removeprefix('mine/')}' %}}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        f"{{% set n = namespace(x='{'a' * 40}') %}}{{% for a in range(30) %}}{{% set n.x = n.x ~ n.x %}}{{% endfor %}}",
    )
    write(_COVER, rng.choice(bodies))
    return _theme(*allow(template_steps=3_000), ends=frozenset({7}), says=_COVER)


def numbers_and_texts_multiplied(rng: random.Random) -> Attack:
    bodies = (
        f"{{{{ 'a' * {rng.randint(2, 99)} }}}}",
        f"{{{{ 9 ** {rng.randint(2, 9)} }}}}",
        f"{{{{ '%{rng.randint(3, 9)}d' % 1 }}}}",
        f"{{{{ 'x'.ljust({rng.randint(2, 99)}) }}}}",
        "{{ range(1000000) | list }}",
        "{% autoescape false %}{{ title }}{% endautoescape %}",
        "{{ title | safe }}",
        "{{ 'x'.replace('', 'y' ~ 'y') }}",
    )
    write(_COVER, rng.choice(bodies))
    return _theme(says=_COVER)


def brackets_in_a_style(rng: random.Random) -> Attack:
    deep = rng.randint(11, 30)
    opening, closing = rng.choice(((":not(", ")"), ("{", "}"), ("[", "]"), ("calc(", ")")))
    write(_STYLE, "\n" * rng.randrange(4) + opening * deep + "a" + closing * deep)
    return _theme(*allow(style_depth=10), says="nested deeper than 10 levels")


def variables_that_grow(rng: random.Random) -> Attack:
    times = rng.randint(3, 6)
    lines = [f"--v{each}: {f'var(--v{each - 1}) ' * times};" for each in range(1, 6)]
    write(_STYLE, f":root {{ --v0: {'x' * 900}; {' '.join(lines)} }}\np {{ content: var(--v5) }}")
    return _theme(*allow(style="80k"), says="the style is longer than 80,000 characters")


def variables_in_a_circle(rng: random.Random) -> Attack:
    count = rng.randint(1, 8)
    lines = [f"--v{each}: var(--v{(each + 1) % count});" for each in range(count)]
    write(_STYLE, f":root {{ {' '.join(lines)} }}\np {{ color: var(--v0) }}")
    return _theme()


def no_style_but_something_else(rng: random.Random) -> Attack:
    return _theme(says=put_in_place(rng, _STYLE, "secret.css"))


def no_settings_but_something_else(rng: random.Random) -> Attack:
    put_in_place(rng, "mine/theme.toml", "secret.toml")
    write("b.yaml", QUESTION)
    return Attack((*_BUILD, "--jobs", "1"), frozenset({2, 3}))


def too_large_a_file(rng: random.Random) -> Attack:
    size = rng.randint(301, 900)
    name = rng.choice((_STYLE, _COVER, "mine/theme.toml", "mine/fonts/a.ttf"))
    write(name, b"#" + b"x" * size)
    limit = "theme-font" if name.endswith("ttf") else "theme-file"
    return _theme(
        "--allow", f"{limit}=300", ends=frozenset({7}), says=f"{name}: this is larger than 300 bytes"
    )


def settings_of_another_kind(rng: random.Random) -> Attack:
    texts = (
        "extends = 7",
        "extends = ",
        'outputs = "../x"',
        f'extends = "{word(rng)}-none"',
        'extends = "."',
        "description = " + "[" * 30 + "]" * 30,
        b"description = '\xff'",
    )
    write("mine/theme.toml", rng.choice(texts))
    return _theme(says="mine/theme.toml")


def a_long_chain(rng: random.Random) -> Attack:
    count = rng.randint(21, 30)
    for number in range(count):
        write(f"t{number}/theme.toml", f'extends = "../t{number + 1}"\n')
    write("mine/theme.toml", 'extends = "../t0"\n')
    return _theme(says="more than 20 themes extend each other")


def fonts_of_every_kind(rng: random.Random) -> Attack:
    data = bytearray(font())
    match rng.randrange(6):
        case 0:
            says = put_in_place(rng, "mine/fonts/a.ttf", "secret.ttf")
        case 1:
            Path("mine/fonts/a.ttf").mkdir(parents=True)
            says = "this is a folder"
        case 2:
            write("mine/fonts/a.ttf", bytes(data[: rng.randrange(400, len(data) // 2)]))
            says = "a damaged font"
        case 3:
            write("mine/fonts/a.ttf", rng.randbytes(rng.randint(0, 400)))
            says = "mine/fonts/a.ttf: not a"
        case 4:
            at = data.index(b"head") + 8
            data[at : at + 4] = rng.choice((2**31, 2**32 - 1, len(data) - 8)).to_bytes(4, "big")
            write("mine/fonts/a.ttf", bytes(data))
            says = "a damaged font"
        case _:
            for number in range(51):
                write(f"mine/fonts/{number}.ttf", bytes(data) + number.to_bytes(2, "big"))
            says = "more than 50 font files"
    return _theme(says=says)


def a_style_that_fetches(rng: random.Random) -> Attack:
    """It is laid out, and what it names is neither read nor asked for."""
    address = rng.choice(
        ("../outside/secret.png", "file:///etc/hostname", "http://127.0.0.1:9/x", "//127.0.0.1/x")
    )
    rules = (
        f"h2 {{ background: url({address}) }}",
        f"@import '{address}';",
        f"@font-face {{ font-family: x; src: url('{address}') }} p {{ font-family: x }}",
        f"li {{ list-style-image: url({address}) }}",
    )
    write(_STYLE, rng.choice(rules))
    return _theme(ends=READ, says="is not fetched")


THEMES = (
    *(a_way_to_python, a_template_of_another_folder, no_template_but_something_else, steps_without_end),
    *(numbers_and_texts_multiplied, brackets_in_a_style, variables_that_grow, variables_in_a_circle),
    *(no_style_but_something_else, no_settings_but_something_else, too_large_a_file),
    *(settings_of_another_kind, a_long_chain, fonts_of_every_kind, a_style_that_fetches),
)


# Banks of several files


def _bank(rng: random.Random, *words: str, says: str = "", ends: frozenset[int] = REFUSED) -> Attack:
    write("bank/a.yaml", QUESTION)
    check = ("check", "bank", *words)
    build = ("build", "--bank", "bank", "--format", "deck", "--out", "out", *words)
    may = ("out/*", "bank*.lock.json", "bank*.history.jsonl", "bank/*.lock.json", "bank/*.history.jsonl")
    return Attack(rng.choice((check, build)), ends, says, may)


def _second(text: str = "So.", **fields: object) -> str:
    more = "".join(f", {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())
    said = {"id": "B", "question": "Who?", "answer": text} | {}
    listed = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in said.items())
    return f"questions:\n- {{{listed}{more}}}\n"


def an_honest_bank(rng: random.Random) -> Attack:
    write("bank/b.yaml", _second(word(rng)))
    return _bank(rng, ends=READ)


def no_file_but_something_else(rng: random.Random) -> Attack:
    ending = rng.choice(("yaml", "jsonl", "yml"))
    return _bank(rng, says=put_in_place(rng, f"bank/b.{ending}", "secret.yaml"))


def no_picture_but_something_else(rng: random.Random) -> Attack:
    """The text stays; the picture is left out with a warning."""
    path = rng.choice(("img/a.png", "../outside/secret.png", "/etc/hostname", "C:\\x.png", "..\\x.png"))
    if path == "img/a.png":
        put_in_place(rng, "bank/img/a.png", "secret.png")
    write("bank/b.yaml", _second(f"![a]({path})", markup="markdown"))
    return _bank(rng, ends=EITHER, says="picture")


def too_large_a_picture(rng: random.Random) -> Attack:
    side = rng.randint(101, 900)
    header = struct.pack(">IIBBBBB", side, 100, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    write("bank/a.png", png)
    write("bank/b.yaml", _second("![a](a.png)", markup="markdown"))
    return _bank(rng, *allow(pixels=10_000), ends=REFUSED, says="10,000 pixels")


def more_than_a_limit(rng: random.Random) -> Attack:
    over = rng.randint(1, 30)
    limit, value, text = rng.choice(
        (
            ("depth", 6, "teams: " + "[" * (6 + over) + "]" * (6 + over) + "\n"),
            ("values", 60, "teams: [" + "x, " * (60 + over) + "x]\n"),
            ("answer", 200, _second("x" * (200 + over))),
            (
                "text",
                200,
                _second(question_="x").replace("Who?", "x" * (200 + over)).replace(', question_: "x"', ""),
            ),
            ("items", 20, _second(tags=[f"t{each}" for each in range(20 + over)])),
            ("markup-depth", 6, _second("> " * (6 + over) + "x", markup="markdown")),
            ("code-lines", 20, _second("```\n" + "x\n" * (20 + over) + "```", markup="markdown")),
            ("brackets", 50, _second("[" * (50 + over), markup="markdown")),
            ("file", 900, "#" * (900 + over) + "\n"),
            (
                "questions",
                5,
                "questions:\n" + "".join(f"- {{id: C{n}, question: a, answer: b}}\n" for n in range(5)),
            ),
        )
    )
    write("bank/b.yaml", text)
    return _bank(rng, "--allow", f"{limit}={value}", says=f"{value:,}"[:1])


def what_yaml_can_do(rng: random.Random) -> Attack:
    texts = (
        "title: &a [x]\n",
        "title: *a\n",
        "title: !!marker [id]\n",
        "<<: {title: x}\n",
        "title: x\n---\ntitle: y\n",
        "title: x\ntitle: y\n",
        "title: [x\n",
        "\tx: y\n",
        "? [a]\n: b\n",
        "%YAML 9.9\n---\ntitle: x\n",
    )
    write("bank/b.yaml", rng.choice(texts))
    return _bank(rng, says="bank/b.yaml")


def what_is_no_text(rng: random.Random) -> Attack:
    data = (
        _second().encode("utf-16-le"),
        _second("é").encode("latin-1"),
        rng.randbytes(rng.randint(20, 90)) + b"\xff",
        b"\0" * 30,
        _second().encode() + b"\xed\xa0\x80",
    )
    write("bank/b.yaml", rng.choice(data))
    return _bank(rng, says="bank/b.yaml")


def twin_ids(rng: random.Random) -> Attack:
    twin = rng.choice(("A", "a", "\uff21", "\u200bA"))
    write("bank/b.yaml", _second().replace('"B"', json.dumps(twin, ensure_ascii=False)))
    return _bank(rng, says="bank/", ends=EITHER)  # what only looks alike is warned of


def names_that_lead_elsewhere(rng: random.Random) -> Attack:
    """Titles, technologies and tags are names of files, decks and tags: they stay where they belong."""
    name = rng.choice(
        (bad_name(rng)[:150], rng.choice(RESERVED), word(rng) + rng.choice(UNSEEN) + "x", "../" * 9)
    )
    write("bank/b.yaml", _second(technology=name, category=name, tags=[name, "x y"]))
    write("bank/c.yaml", f"title: {json.dumps(name, ensure_ascii=False)}\n")
    attack = _bank(rng, ends=EITHER)
    return Attack(
        ("build", "--bank", "bank", "--format", "deck", "--out", "out"), attack.ends, "", attack.writes
    )


def a_link_where_it_writes(rng: random.Random) -> Attack:
    name = rng.choice(("bank.lock.json", "bank.history.jsonl", "out", "out/x.apkg"))
    at = Path("bank") / name if name.startswith("bank.") and rng.random() < 0.5 else Path(name)
    at.parent.mkdir(parents=True, exist_ok=True)
    target = "secret.json" if "." in name else ""
    at.symlink_to(Path.cwd().parent / "outside" / rng.choice((target, "not-yet")))
    attack = _bank(rng)
    words = ("build", "--bank", "bank", "--format", "deck", "--out", "out", "--file-name", "x")
    return Attack(words, frozenset({0, 3, 5}), "", attack.writes)


BANKS: tuple[Kind, ...] = (
    *(an_honest_bank, no_file_but_something_else, no_picture_but_something_else, too_large_a_picture),
    *(more_than_a_limit, what_yaml_can_do, what_is_no_text, twin_ids, names_that_lead_elsewhere),
    *(a_link_where_it_writes, more_than_a_limit, no_file_but_something_else),
)
