"""Every command in the documentation is run, and prints what stands below it.

    ```console
    $ qexport show PY-ADV-001        after "$ " a command, on lines that begin with "> " the rest of it
    PY-ADV-001  What is a metaclass  below it what a terminal of 100 columns shows
    …                                any lines
    ```

Times, sizes and numbers of chunks do not count. Where a block shows no output at all, its commands have to
succeed. The blocks of a document are one session, in a folder with the shipped bank. `--update-golden` writes what is
printed into the documents; lines left out with … stay so as long as the rest is right.

The first command of each kind starts the program as a user does, others are forks of one that has imported everything.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.forked_program import start_first
from tests.shared_pages import copy_shared_cache
from tests.terminals import run_on_terminal
from tools.follow_question import UNSEEN, follow, read_documented_ways

from qexport.bank.schema import HEADER_FIELDS, QUESTION_FIELDS
from qexport.outputs.registry import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md",
    *(
        f"docs/{name}.md"
        for name in (
            "tutorial",
            "bank",
            "import",
            "publishing",
            "handbook",
            "architecture",
            "phone",
            "returns",
            "printing",
            "web",
            "epub",
        )
    ),
)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)|<img src=\"([^\"]+)\"")
END = "--- end of a command ---"

INTERRUPTED = """
import signal, subprocess, sys
with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True) as process:
    for line in process.stdout:
        print(line, end="", flush=True)
        if "Ctrl-C" in line:
            process.send_signal(signal.SIGINT)
sys.exit(process.returncode)
"""
"""Runs a command that says that Ctrl-C ends it, and does so."""


class Step(NamedTuple):
    """A command, and what stands below it in a document or was printed by it."""

    command: str
    output: str
    status: int = 0

    def __str__(self) -> str:
        return "$ " + self.command.rstrip("\n").replace("\n", "\n> ") + "\n" + self.output


def steps_of(block: str) -> list[Step]:
    return [
        Step(re.sub(r"^> ", "", command, flags=re.MULTILINE), output)
        for command, output in COMMAND.findall(block)
    ]


def unmeasured(text: str) -> str:
    text = re.sub(r"\b[\d,]+ chunks?\b(?: \([\d.]+ (?:kB|MB|bytes)\))?", "… chunks", text)
    return re.sub(r"\b\d+(\.\d+)? (s|kB|MB|bytes)(?!\w)", r"… \2", text)


def is_said_by(written: str, printed: str) -> bool:
    """Whether a text says what was printed, with … for lines it leaves out."""
    pattern = "".join(
        "(?:.*\n)*" if line == "…\n" else re.escape(line) for line in unmeasured(written).splitlines(True)
    )
    return re.fullmatch(pattern, unmeasured(printed)) is not None


def commands_of(name: str) -> list[str]:
    """Return the commands of a document."""
    return [
        step.command for block in BLOCK.findall((ROOT / name).read_text("utf-8")) for step in steps_of(block)
    ]


@cache
def lines_to_run() -> Mapping[str, list[str]]:
    """Return the commands of each document, as they are run: those that Ctrl-C ends are ended."""
    commands = start_first(command for name in DOCUMENTS for command in commands_of(name))
    return {
        name: [
            re.sub(r"^(?=(started )?qexport share )", "interrupted ", next(commands))
            for _ in commands_of(name)
        ]
        for name in DOCUMENTS
    }


def printed_by(name: str, folder: Path, qexport_in_forks: Path) -> list[tuple[str, int]]:
    """Run a document's commands in one shell on a terminal of 100 columns; return what each printed, and its status."""
    programs = folder / "bin"
    programs.mkdir()
    home = folder / "home"
    shutil.copytree(ROOT / "seeds", home / "seeds")
    shutil.copy(ROOT / "qexport.toml", home)
    shutil.copy(qexport_in_forks / "qexport", home)
    cache = Path(os.environ["QEXPORT_CACHE"])  # that of all tests: no page is laid out twice
    if any("qexport cache" in command for command in lines_to_run()[name]):
        cache = home / ".cache" / "qexport"
        copy_shared_cache(cache)
    environment = {
        **os.environ,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "HOME": str(home),
        "QEXPORT_CACHE": str(cache),
        "PATH": os.pathsep.join(map(str, (programs, qexport_in_forks, os.environ["PATH"]))),
        "PYTHONPATH": str(ROOT / "src"),
        "SOURCE_DATE_EPOCH": "1795374674",
    }
    (programs / "interrupted").write_text(f"#!{sys.executable}\n{INTERRUPTED}")
    (programs / "interrupted").chmod(0o755)
    script = "set -u\n" + "".join(f"{command}\necho '{END}' $?\n" for command in lines_to_run()[name])
    (folder / "script").write_text(script)
    status, seen = run_on_terminal(["sh", str(folder / "script")], environment=environment, folder=home)
    screen = re.sub(
        r"\r\x1b\[K[^\r\n]*(?=\r)", "", seen.decode().replace("\r\n", "\n")
    )  # progress, which goes
    screen = screen.replace("\r\x1b[K", "").replace(str(home), "~")
    assert status in (0, -signal.SIGHUP), screen
    printed = re.findall(rf"(.*?){END} (\d+)\n", screen, re.DOTALL)
    return [(output, int(status)) for output, status in printed]


@pytest.mark.needs("terminal")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_print_what_stands_below_them(
    name: str, tmp_path: Path, qexport_in_forks: Path, request: pytest.FixtureRequest
) -> None:
    path = ROOT / name
    text = path.read_text("utf-8")
    blocks = [steps_of(block) for block in BLOCK.findall(text)]
    done = iter(printed_by(name, tmp_path, qexport_in_forks))
    really = [[Step(step.command, *next(done)) for step in block] for block in blocks]
    for block, printed in zip(blocks, really, strict=True):
        if not any(step.output for step in block):
            assert [step for step in printed if step.status] == []
            printed[:] = block
        printed[:] = [
            said if is_said_by(said.output, step.output) else step
            for said, step in zip(block, printed, strict=True)
        ]
    if request.config.getoption("--update-golden"):
        written = iter(really)
        path.write_text(
            BLOCK.sub(lambda _: f"```console\n{''.join(map(str, next(written)))}```", text), "utf-8"
        )
    else:
        assert list(map(unmeasured_all, blocks)) == list(map(unmeasured_all, really))


def unmeasured_all(block: list[Step]) -> str:
    return unmeasured("".join(map(str, block)))


def links() -> Iterator[tuple[str, str]]:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for found in LINK.findall(re.sub(r"`[^`\n]*`", "", path.read_text("utf-8"))):
            target = found[0] or found[1]
            if "://" not in target:
                yield path.relative_to(ROOT).as_posix(), target


@pytest.mark.parametrize(("document", "target"), sorted(set(links())))
def test_what_is_linked_to_is_there(document: str, target: str) -> None:
    assert (ROOT / document).parent.joinpath(target).exists()


def test_the_two_commands_of_the_readme_are_what_ci_runs() -> None:
    (block,) = re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    commands = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert commands[-2:] == ["./qexport build", "./qexport test"]
    steps = [line.partition("#")[0].strip() for line in (ROOT / ".ci/run").read_text("utf-8").splitlines()]
    assert {f"step {command}" for command in commands[-2:]} <= set(steps)


def test_every_document_can_be_found_from_the_readme() -> None:
    found, waiting = set(), ["README.md"]
    pairs = set(links())
    while waiting:
        document = waiting.pop()
        if document not in found:
            found.add(document)
            folder = Path(document).parent
            waiting += [
                os.path.normpath(folder / target)
                for source, target in pairs
                if source == document and target.endswith(".md")
            ]
    everything = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    assert sorted(path.relative_to(ROOT).as_posix() for path in everything) == sorted(found)


def test_the_table_of_packages_has_every_package_and_no_other() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    table = text.partition("## The packages")[2].partition("\nBeside")[0]
    source = ROOT / "src" / "qexport"
    packages = {f"{path.parent.name}/" for path in source.glob("*/__init__.py")}
    modules = {path.name for path in source.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert set(re.findall(r"^\| `([\w./]+)` \|", table, re.MULTILINE)) == packages | modules


def test_every_file_the_architecture_names_exists() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8").partition("### How to add a command")[0]
    source = ROOT / "src" / "qexport"
    places = [source, *(path.parent for path in source.rglob("__init__.py")), ROOT]
    named = re.findall(r"`((?:\w+/)*\w+\.(?:py|css|toml))`|((?:\w+/)+\w+\.(?:py|css|toml))", text)
    missing = [
        name
        for each in named
        for name in each
        if name and not any((place / name).exists() for place in places)
    ]
    assert missing == []


def test_the_ways_of_a_question_are_those_it_goes() -> None:
    """The figures in docs/architecture.md are the modules it names, and a question is seen in each of them."""
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    ways = read_documented_ways()
    figures = re.findall(r"\(`qexport (?:import|build[^`]*)`\), (\d+) modules", text)
    assert figures == [str(len(way)) for way in ways.values()]
    for name, modules in follow().items():
        seen = {*modules, *(UNSEEN if name == "page" else ())}
        assert [module for module in ways[name] if module not in seen] == [], name


def test_the_tables_of_the_bank_have_every_field() -> None:
    tables = re.findall(r"^\| (`.*?) \|", (ROOT / "docs/bank.md").read_text("utf-8"), re.MULTILINE)
    of_question, of_bank = (
        {name for row in tables[start:end] for name in re.findall(r"`(\w+)`", row)}
        for start, end in ((0, 12), (12, 22))
    )
    assert of_question == {field.name for field in QUESTION_FIELDS}
    assert of_bank == {field.name for field in HEADER_FIELDS}


def test_the_handbook_s_table_has_every_option_of_its_own() -> None:
    table = (ROOT / "docs/handbook.md").read_text("utf-8").partition("| option | |")[2].partition("\n\n")[0]
    printing = (ROOT / "docs/printing.md").read_text("utf-8")
    for option in OPTIONS.values():
        if option.group == "Handbook":
            assert f"--{option.name}" in table or f"--{option.name}" in printing, option.name
