"""The command line: what each command prints, how each failure ends. Whole outputs, whole messages."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import platformdirs
import pytest
from click.testing import CliRunner
from tests.commands import Done, run
from tests.processes import end_at_once, processes_of
from tests.shared_pages import copy_shared_cache

import qexport
from qexport import __version__, choosing
from qexport.cli.main import program
from qexport.cli.terminal import file_size
from qexport.common.formats import FORMATS
from qexport.common.versions import versions
from qexport.common.wording import quantity
from qexport.importers.registry import SHAPES
from qexport.outputs.registry import OUTPUTS

BANK = """\
title: Questions & Answers
namespace: tests
claims: {questions: 54, technologies: 3}
questions:
  - id: PY-1
    question: What does __init__ do?
    technology: Python
    category: Core Python
    level: Advanced
    difficulty: 7
    answer: It fills a new object.
    follow_ups: [What does __new__ do?, Why?]
  - id: PY-2
    question: What is a set?
    technology: Python
    category: Data
    level: Beginner
    difficulty: 2
    answer: A collection without order.
    follow_ups: [Is it hashable?]
  - id: GO-1
    question: What is a slice?
    technology: Go
    category: Data
    level: Advanced
    difficulty: 5
    answer: A view of an array.
    follow_ups: [How does it grow?]
"""


def refused(message: str, hint: str = "", *, status: int) -> Done:
    return Done(status, "", f"qexport: error: {message}\n" + (f"  hint: {hint}\n" if hint else ""))


@pytest.fixture(autouse=True)
def in_a_folder_with_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    Path("questions.yaml").write_text(BANK)


# --- words --------------------------------------------------------------------------------------------------


def test_the_reference_shows_the_help_of_every_command(golden: Callable[[str, str], None]) -> None:
    """`--update-golden` writes docs/cli.md anew."""

    def help_of(*words: str) -> str:
        return run(*words, "--help").out.rstrip()

    sections = [
        "# The command line",
        "Made from `--help` by `./qexport test tests/e2e/test_cli.py --update-golden`.",
        f"```text\n{help_of()}\n```",
    ]
    for words in every_command(program):
        sections += [f"## qexport {' '.join(words)}", f"```text\n{help_of(*words)}\n```"]
    golden("../../docs/cli.md", "\n\n".join(sections) + "\n")


def every_command(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, a group before its own."""
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*before, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from every_command(command, *before, name)


def test_the_help_of_build_names_every_output_and_groups_their_options() -> None:
    headings = re.findall(r"^([A-Z].*):$", run("build", "--help").out, re.MULTILINE)
    filters = "Filters (all must match; if one is repeated, any of its values)"
    assert headings[:5] == ["Examples", "Options", filters, "Pages", "Handbook"]
    assert headings[-1] == "Rarely needed"
    said = " ".join(run("build", "--help").out.split())
    formats = re.findall(r"--format NAME (.*?); can be repeated\.", said)
    assert sorted(re.split(", | or ", *formats)) == sorted(OUTPUTS)


def test_every_reading_command_has_the_same_filters_in_the_same_order() -> None:
    def filters_of(name: str) -> str:
        return run(name, "--help").out.partition("Filters")[2].partition("\n\n")[0]

    assert filters_of("list").count("\n  --") == 14
    assert [filters_of(name) for name in ("show", "stats", "build")] == [filters_of("list")] * 3


def test_the_version_names_what_outputs_depend_on() -> None:
    done = run("--version")
    known = ", ".join(f"{name} {number}" for name, number in list(versions().items())[1:])
    formats = ", ".join(f"{name} {number}" for name, number in FORMATS.items())
    assert done == Done(0, f"qexport {__version__} ({known})\nformats: {formats}\n", "")


def test_without_a_command_the_help_is_shown() -> None:
    assert run() == Done(2, "", run("--help").out)


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["biuld"], "no such command 'biuld'", "did you mean 'build'?"),
        (["frobnicate"], "no such command 'frobnicate'", "see qexport --help"),
        (["list", "--levl", "x"], "no such option '--levl'", "did you mean '--level'?"),
        (["build", "--name", "x"], "no such option '--name'", "did you mean '--file-name'?"),
        (["build", "--notes"], "no such option '--notes'", "see qexport build --help"),
        (["push", "--duplex", "long"], "no such option '--duplex'", "see qexport push --help"),
        (["preview", "--tag-prefix", "x"], "no such option '--tag-prefix'", "see qexport preview --help"),
        (["publish", "--answer-lines", "3"], "no such option '--answer-lines'", "see qexport publish --help"),
        (
            ["list", "--limit", "few"],
            "invalid value for '--limit': 'few' is not a valid integer",
            "see qexport list --help",
        ),
        (["list", "--level"], "option '--level' requires an argument", "see qexport list --help"),
        (
            ["check", "a.yaml", "b.yaml"],
            "got unexpected extra argument (b.yaml)",
            "see qexport check --help",
        ),
        (["check", "a.yaml", "--bank", "b.yaml"], "two banks are named, a.yaml and b.yaml", "name one"),
        (
            ["build", "--format", "dek"],
            "no output 'dek'",
            f"did you mean 'deck'? known: {', '.join(OUTPUTS)}",
        ),
        (["build", "--file-name", "a/b"], "'a/b' is not a file name", "name the folder with --out"),
        (
            ["list", "--level", "Advnced"],
            "unknown level 'Advnced'",
            "did you mean 'Advanced'? known: Beginner, Advanced",
        ),
    ],
)
def test_wrong_words_end_with_2_and_say_what_would_be_right(
    words: list[str], message: str, hint: str
) -> None:
    assert run(*words) == refused(message, hint, status=2)


def test_an_unknown_kind_of_finding_is_refused_with_the_known_ones() -> None:
    done = run("check", "--fail-on", "misssing-section")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(
        "qexport: error: --fail-on: no kind of finding 'misssing-section'\n"
        "  hint: did you mean 'missing-section'?"
    )


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ([], "begin one: qexport init; or name one with --bank PATH"),
        (["notes.txt", ".hidden.yaml"], "begin one: qexport init; or name one with --bank PATH"),
        (["my.history.jsonl"], "begin one: qexport init; or name one with --bank PATH"),
        (
            ["bank.yaml", "bank.history.jsonl", "list.csv"],
            "name the file: qexport build bank.yaml; other commands take it with --bank",
        ),
        (
            ["a b.jsonl", "d.yml", "c.yaml", "e.yaml"],
            (
                "name the file: qexport build 'a b.jsonl', or qexport build c.yaml, or qexport build d.yml …; "
                "other commands take it with --bank"
            ),
        ),
        (
            ["Cards.CSV", "notes.md"],
            "name the file: qexport build Cards.CSV, or qexport build notes.md; or begin a bank: qexport init",
        ),
    ],
)
def test_without_a_bank_the_usual_places_are_named_and_how_to_use_what_is_there(
    files: list[str], hint: str
) -> None:
    Path("questions.yaml").unlink()
    for name in files:
        Path(name).write_text(BANK)
    message = "no bank: none of questions.yaml, questions.yml, questions.jsonl is in this folder or its folder seeds"
    assert run("list") == run("build") == refused(message, hint, status=2)


def test_a_bank_of_another_name_is_built_as_the_hint_says() -> None:
    Path("questions.yaml").rename("bank.yaml")
    assert run("build", "bank.yaml", "--dry-run").status == 0


@pytest.mark.parametrize("name", ["cards.tsv", "notes.txt", "page.HTML"])
def test_whatever_import_reads_by_its_name_is_imported_and_built(name: str) -> None:
    page = "<!doctype html><title>Go</title><body><h2>Why?</h2><p>So.</p></body>"
    Path(name).write_text(page if name == "page.HTML" else "Question\tAnswer\nWhy?\tSo.\n")
    done = run("build", name, "--format", "web")
    bank = f"out/{Path(name).stem}.yaml"
    assert done.status == 0, done.err
    assert done.out.startswith(f"{bank}: 1 question of {name}\n")
    assert "question: Why?" in Path(bank).read_text()


def test_a_bank_in_seeds_comes_first() -> None:
    Path("seeds").mkdir()
    Path("seeds/questions.yaml").write_text(BANK)
    assert run("check") == Done(0, "seeds/questions.yaml: 3 questions, nothing wrong\n", "")


DRAFTS = """\
  - {id: PY-3, question: What is a slot?, technology: Python, status: draft}
  - {id: GO-2, question: What is a map?, technology: Go, status: draft}
"""
LEFT_OUT = "qexport: warning: questions.yaml: left out: 2 drafts\n  hint: --include-drafts includes them\n"


@pytest.mark.parametrize(
    "words",
    [
        ("build", "--format", "web", "--format", "epub"),
        ("build", "--format", "deck"),
        ("build", "--dry-run"),
        ("list",),
        ("stats",),
    ],
    ids=" ".join,
)
def test_drafts_that_are_left_out_are_reported_once(words: tuple[str, ...]) -> None:
    Path("questions.yaml").write_text(BANK + DRAFTS)
    done = run(*words)
    assert (done.status, done.err) == (0, LEFT_OUT)
    assert run(*words, "--quiet").err == ""
    one = run(*words, "--technology", "Go").err
    assert one == LEFT_OUT.replace("2 drafts", "1 draft")
    assert run(*words, "--id", "PY-1").err == ""
    deck = "deck" in words  # it never has them
    in_none = LEFT_OUT.replace("left out:", "left out of the deck:").replace(
        "--include-drafts includes them", "drafts are added when they are answered"
    )
    assert run(*words, "--include-drafts").err == (in_none if deck else "")


@pytest.mark.parametrize("words", [("build", "--format", "web"), ("build", "--dry-run")], ids=" ".join)
def test_json_names_the_drafts_that_are_left_out(words: tuple[str, ...]) -> None:
    Path("questions.yaml").write_text(BANK + DRAFTS)
    assert json.loads(run(*words, "--json").out)["drafts_left_out"] == ["PY-3", "GO-2"]
    assert json.loads(run(*words, "--json", "--include-drafts").out)["drafts_left_out"] == []


def test_a_release_reports_the_drafts_that_are_not_in_it() -> None:
    Path("questions.yaml").write_text(BANK + DRAFTS)
    done = run("release")
    assert (done.status, done.err) == (
        0,
        LEFT_OUT.replace("--include-drafts includes them", "drafts are added when they are answered"),
    )


def test_recipes_of_one_bank_report_its_drafts_once() -> None:
    Path("questions.yaml").write_text(BANK + DRAFTS)
    Path("qexport.toml").write_text(
        'default = "a"\n[recipes.a]\nbank = "questions.yaml"\nformat = ["web"]\n'
        '[recipes.b]\nbank = "questions.yaml"\nformat = ["web"]\nfile-name = "b"\n'
    )
    for words in (("build", "--all"), ("build", "--all", "--dry-run"), ("bundle", "--all")):
        assert run(*words).err == LEFT_OUT


# --- import -------------------------------------------------------------------------------------------------


@pytest.fixture
def captures(shipped_bank: Path) -> None:
    shutil.copytree(shipped_bank.parent / "captures", "captures")


CAPTURES = ("captures/hub-advanced.txt", "captures/hub-page-4-answers.txt")
EDITED = ("in the next quarter based on upcoming data changes", "in the next year")


def test_an_option_without_effect_is_a_warning_in_a_dry_run_too() -> None:
    done = run("build", "--format", "deck", "--ruled-lines", "--dry-run")
    assert (done.status, done.err) == (
        0,
        "qexport: warning: --ruled-lines: no effect on deck\n  hint: it is an option of: handbook\n",
    )


@pytest.mark.parametrize(
    ("words", "name", "others"),
    [
        ("--format quiz --answer-space none --answer-lines 5", "answer-lines", "--answer-space none"),
        ("--format quiz --answer-key none --key-length full", "key-length", "--answer-key none"),
        ("--format flash-cards --card-size avery-5371 --paper a4", "paper", "--card-size avery-5371"),
        ("--format handbook --economy --one-per-page", "one-per-page", "--economy"),
        ("--format handbook --layout test-yourself --flow", "flow", "--layout test-yourself"),
    ],
)
def test_an_option_that_another_leaves_without_effect_is_a_warning(
    words: str, name: str, others: str
) -> None:
    warning = f"qexport: warning: --{name}: no effect with {others}\n  hint: leave one of them out\n"
    assert run("build", *words.split(), "--dry-run").err == warning


def test_an_option_that_one_of_the_outputs_uses_is_no_warning() -> None:
    outputs = ("--format", "flash-cards", "--format", "quiz")
    assert run("build", *outputs, "--card-size", "avery-5371", "--paper", "letter", "--dry-run").err == ""


def test_a_decision_about_the_lock_is_without_effect_where_no_output_needs_it() -> None:
    options = ("--send-leavers", "--previous", "out/old.apkg", "--locked")
    done = run("build", "--format", "web", *options)
    assert done.status == 0
    assert done.err == (
        "qexport: warning: --previous: no effect on web\n  hint: it is an option of: deck\n"
        "qexport: warning: --send-leavers: no effect on web\n  hint: it is an option of: deck\n"
    )
    assert "no effect" not in run("build", "--format", "deck", "--send-leavers").err


@pytest.mark.parametrize("command", [["list"], ["build", "--dry-run"]])
def test_a_seed_is_without_effect_where_nothing_is_left_to_chance(command: list[str]) -> None:
    warning = "qexport: warning: --seed: no effect without --sample\n  hint: --sample N takes N at random\n"
    assert run(*command, "--seed", "3").err == warning
    assert run(*command, "--seed", "3", "--sample", "1").err == ""


def test_what_several_outputs_would_warn_of_is_printed_once() -> None:
    text = (
        "markup: markdown\nnamespace: n\nquestions:\n  - {id: A, question: Why?, answer: A <font>b</font>.}\n"
    )
    Path("tags.yaml").write_text(text, encoding="utf-8")
    done = run("build", "--bank", "tags.yaml", "--format", "web", "--format", "epub")
    assert done.err == (
        "qexport: warning: tags.yaml:4:5: answer of A: the tag <font> is shown as text\n"
        "  hint: write it in Markdown, or leave it out\n"
        "qexport: warning: tags.yaml:4:5: answer of A: the tag </font> is shown as text\n"
        "  hint: write it in Markdown, or leave it out\n"
    )


@pytest.mark.usefixtures("captures")
def test_a_dry_run_of_captures_writes_nothing() -> None:
    before = sorted(Path().rglob("*"))
    assert run("import", *CAPTURES, "-o", "hub.yaml", "--dry-run").out.splitlines()[-2:] == [
        "hub.yaml: 15 questions would be added",
        "bank.schema.json: would be written",
    ]
    assert sorted(Path().rglob("*")) == before


@pytest.mark.usefixtures("captures")
def test_import_makes_a_bank_and_changes_no_byte_the_second_time() -> None:
    assert run("import", *CAPTURES, "-o", "hub.yaml") == Done(
        0,
        "captures/hub-advanced.txt: 0 known, 15 new, 0 conflicts\n"
        "captures/hub-page-4-answers.txt: 9 known, 0 new, 0 conflicts\n"
        "hub.yaml: 15 questions added\n"
        "bank.schema.json: written\n",
        "",
    )
    assert json.loads(Path("bank.schema.json").read_text()) == json.loads(run("schema").out)
    os.utime("hub.yaml", (1, 1))
    assert run("import", *CAPTURES, "-o", "hub.yaml") == Done(
        0,
        "captures/hub-advanced.txt: 15 known, 0 new, 0 conflicts\n"
        "captures/hub-page-4-answers.txt: 9 known, 0 new, 0 conflicts\n"
        "hub.yaml: unchanged\n",
        "",
    )
    assert Path("hub.yaml").stat().st_mtime == 1


@pytest.mark.usefixtures("captures")
def test_a_page_that_says_something_else_is_told_and_strict_refuses_it() -> None:
    run("import", *CAPTURES, "-o", "hub.yaml")
    page = Path("captures/hub-advanced.txt")
    page.write_text(page.read_text().replace(*EDITED))
    told = run("import", str(page), "-o", "hub.yaml")
    assert (told.status, told.err) == (0, "")
    first, conflict, *differences, last, settle = told.out.splitlines()
    assert (first, last) == ("captures/hub-advanced.txt: 14 known, 0 new, 1 conflict", "hub.yaml: unchanged")
    assert settle == "  1 conflict: the bank is not changed; settle them with --take source or --take ask"
    place, known_at = re.fullmatch(r"  (\S+): PY-ADV-004 differs from (\S+)", conflict).groups()  # type: ignore[union-attr]
    assert differences
    strict = run("import", str(page), "-o", "hub.yaml", "--strict")
    assert strict == Done(
        3,
        "\n".join([first, conflict, *differences]) + "\n",
        f"qexport: error: {place}: PY-ADV-004 differs from {known_at}\n"
        "  hint: correct one of them, or use --take source\n",
    )


@pytest.mark.usefixtures("captures")
@pytest.mark.parametrize("answered", ["", "n\n"])
def test_the_bank_stays_in_conflicts_of_an_import_that_nobody_answers(answered: str) -> None:
    run("import", *CAPTURES, "-o", "hub.yaml")
    before = Path("hub.yaml").read_bytes()
    page = Path("captures/hub-advanced.txt")
    page.write_text(page.read_text().replace(*EDITED))
    words = ["import", str(page), "-o", "hub.yaml", "--take", "ask"]
    done = CliRunner().invoke(program, words, prog_name="qexport", input=answered)
    assert done.exit_code == 0
    assert done.stdout.endswith(
        "hub.yaml: unchanged\n  1 conflict: the bank is not changed; settle them with --take source or --take ask\n"
    )
    last = (
        "Take what the page says? [y/N]: n\n"
        if answered
        else "Take what the page says? [y/N]: \n"
        "qexport: warning: the input has ended: each missing answer is 'no'\n"
    )
    assert done.stderr.endswith(last)
    assert Path("hub.yaml").read_bytes() == before


def test_conflicts_of_a_table_that_nobody_answers_stay_too() -> None:
    Path("t.csv").write_text("id,question,answer\nA,What is a set?,A bag.\nB,What is a list?,A row.\n")
    run("import", "t.csv", "-o", "t.yaml")
    for old, new in (("A bag.", "Our bag."), ("A row.", "Our row.")):
        Path("t.yaml").write_text(Path("t.yaml").read_text().replace(old, new))
    before = Path("t.yaml").read_bytes()
    Path("t.csv").write_text(
        "id,question,answer\nA,What is a set?,Their bag.\nB,What is a list?,Their row.\n"
    )
    words = ["import", "t.csv", "-o", "t.yaml", "--take", "ask"]
    done = CliRunner().invoke(program, words, prog_name="qexport", input="y\n")
    assert done.exit_code == 0
    assert done.stderr.endswith("qexport: warning: the input has ended: each missing answer is 'no'\n")
    assert Path("t.yaml").read_bytes() == before.replace(b"Our bag", b"Their bag")


@pytest.mark.usefixtures("captures")
def test_strict_writes_nothing_where_answers_have_no_question() -> None:
    done = run("import", CAPTURES[1], "-o", "hub.yaml", "--strict", "--json")
    assert done.status == 3
    report = json.loads(done.out)
    assert (report["written"], len(report["captures"][0]["unmatched"])) == ([], 9)
    assert done.err.count("answers to no known question\n") == 9
    assert not Path("hub.yaml").exists()


def test_every_page_that_cannot_be_read_is_told() -> None:
    Path("vocabulary.yaml").touch()
    assert run("import", "one.txt", "two.txt", "-o", "hub.yaml") == Done(
        3,
        "",
        "qexport: error: one.txt: there is no such file\nqexport: error: two.txt: there is no such file\n",
    )


@pytest.mark.usefixtures("captures")
def test_import_needs_a_vocabulary_and_a_name_that_is_read_again() -> None:
    assert run("import", CAPTURES[0], "-o", "hub") == refused(
        "hub: a bank's name ends in .yaml", "write it to hub.yaml", status=2
    )
    Path("captures/vocabulary.yaml").rename("words.yaml")
    assert run("import", CAPTURES[0], "-o", "hub.yaml") == refused(
        "no vocabulary: there is no captures/vocabulary.yaml",
        "name one with --vocabulary PATH: it lists the technologies, categories and levels of the pages",
        status=2,
    )
    assert run("import", CAPTURES[0], "-o", "hub.yaml", "--vocabulary", "words.yaml").status == 0


@pytest.mark.usefixtures("captures")
def test_captured_pages_in_a_folder_are_named_and_begin_a_bank_by_themselves() -> None:
    assert run("import", "captures", "-o", "hub.yaml").err == "".join(
        f"qexport: error: captures/{name}: {problem}"
        for name, problem in (
            *(
                (
                    Path(page).name,
                    (
                        "a captured hub page in a folder: left aside\n"
                        "  hint: name the pages themselves: qexport import PAGE... -o BANK\n"
                    ),
                )
                for page in sorted(CAPTURES)
            ),
            (
                "vocabulary.yaml",
                (
                    "nothing here reads this\n  hint: these are read: "
                    f"{', '.join(shape.title for shape in SHAPES)}\n"
                ),
            ),
        )
    )
    done = run("init", "--from", CAPTURES[0], "hub")
    assert (done.status, done.out.split("\n", maxsplit=2)[1], done.err) == (
        0,
        "written: .gitignore, bank.schema.json, qexport.toml, questions.yaml",
        "",
    )
    assert run("check", "hub/questions.yaml").status == 0


def test_a_bank_begun_from_a_file_says_how_it_was_read_and_has_the_title() -> None:
    Path("q.csv").write_text("question,answer,author\nWhy?,So.,Ada\nHow?,,May\n")
    assert run("init", "--from", "q.csv", "--title", "My own", "mine") == Done(
        0,
        """q.csv: CSV, columns divided by commas
  2 questions, 1 draft without an answer
  question → question, answer → answer, author → extra
  Q: Why?
     A: So.
  Q: How?
mine/questions.yaml: 2 questions added, 1 draft among them
written: .gitignore, bank.schema.json, qexport.toml, questions.imports.json, questions.yaml
next:
  cd mine
  edit questions.yaml, then: qexport check, qexport build
""",
        "",
    )
    assert Path("mine/questions.yaml").read_text().split("\n")[1:3] == ["title: My own", "namespace: my-own"]


def test_many_files_are_summed_up_with_fields_and_three_questions() -> None:
    Path("notes").mkdir()
    for number in range(13):
        Path(f"notes/{number:02}.md").write_text(f"# Why {number}?\n\nSo {number}.\n")
    assert (
        run("import", "notes", "-o", "notes.yaml").out
        == """13 files: Markdown, headings are questions: 13 questions
  fields: question, answer
  Q: Why 0?
     A: So 0.
  Q: Why 1?
     A: So 1.
  Q: Why 2?
     A: So 2.
notes.yaml: 13 questions added
"""
    )


# --- list, show, stats --------------------------------------------------------------------------------------


def test_list_prints_whole_rows() -> None:
    assert run("list", "--technology", "python") == Done(
        0,
        "id    technology  category     level     difficulty  question\n"
        "PY-1  Python      Core Python  Advanced  7           What does __init__ do?\n"
        "PY-2  Python      Data         Beginner  2           What is a set?\n",
        "",
    )


def test_list_as_json_has_all_metadata() -> None:
    done = run("list", "--id", "GO-*", "--json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out) == [
        {
            "id": "GO-1",
            "question": "What is a slice?",
            "technology": "Go",
            "category": "Data",
            "level": "Advanced",
            "difficulty": 5,
            "tags": [],
            "terms": [],
            "source": "",
            "markup": "plain",
            "status": "active",
            "former_ids": [],
            "path": "questions.yaml",
            "line": 21,
            "column": 5,
        }
    ]


def test_all_filters_reach_the_selection() -> None:
    def ids(*words: str) -> list[str]:
        return [question["id"] for question in json.loads(run("list", "--json", *words).out)]

    assert ids() == ["PY-1", "PY-2", "GO-1"]
    assert ids("--technology", "go", "--technology", "Python") == ["PY-1", "PY-2", "GO-1"]
    assert ids("--technology", "python", "--level", "advanced") == ["PY-1"]
    assert ids("--category", "core-python") == ["PY-1"]
    assert ids("--difficulty", "5-7") == ["PY-1", "GO-1"]
    assert ids("--id", "PY-*", "--exclude", "PY-2") == ["PY-1"]
    assert ids("--text", "view of") == ["GO-1"]
    assert ids("--where", "technology:python -difficulty>=5") == ["PY-2"]
    assert ids("--sort", "difficulty") == ["PY-2", "GO-1", "PY-1"]
    assert ids("--sort", "id", "--limit", "1") == ["GO-1"]
    assert ids("--sample", "2", "--seed", "1") == ids("--sample", "2", "--seed", "1")


def test_show_prints_whole_questions_with_a_rule_between() -> None:
    assert run("show", "PY-2", "GO-1") == Done(
        0,
        "PY-2  What is a set?\n"
        "Python · Data · Beginner · difficulty 2/10\n"
        "\n"
        "Answer\n"
        "  A collection without order.\n"
        "\n"
        "Follow-up questions\n"
        "  1. Is it hashable?\n"
        "\n"
        f"{'─' * 80}\n"
        "\n"
        "GO-1  What is a slice?\n"
        "Go · Data · Advanced · difficulty 5/10\n"
        "\n"
        "Answer\n"
        "  A view of an array.\n"
        "\n"
        "Follow-up questions\n"
        "  1. How does it grow?\n",
        "",
    )


def test_show_as_json_has_everything() -> None:
    (question,) = json.loads(run("show", "PY-1", "--json").out)
    assert question["answer"] == "It fills a new object."
    assert question["follow_ups"] == ["What does __new__ do?", "Why?"]
    assert list(question)[:6] == ["id", "question", "technology", "category", "level", "difficulty"]


def test_stats_count_beside_what_the_source_claims() -> None:
    assert run("stats") == Done(
        0,
        "3 of 54 questions, 2 of 3 technologies, 2 levels\n"
        "\n"
        "technology  level     2  5  7  all\n"
        "Python      Beginner  1          1\n"
        "Python      Advanced        1    1\n"
        "Go          Advanced     1       1\n"
        "all                   1  1  1    3\n",
        "",
    )


def test_stats_as_json_of_a_selection() -> None:
    assert json.loads(run("stats", "--technology", "go", "--json").out) == {
        "questions": {"present": 1, "claimed": 54},
        "technologies": {"present": 1, "claimed": 3},
        "levels": {"present": 1, "claimed": None},
        "counts": [{"technology": "Go", "level": "Advanced", "difficulty": 5, "questions": 1}],
    }


def test_a_selection_of_nothing_ends_with_4_and_names_the_condition() -> None:
    assert run("list", "--technology", "python", "--difficulty", "9") == refused(
        "no question is left: --difficulty 9 matches none of 3 questions", status=4
    )


# --- check --------------------------------------------------------------------------------------------------

WRONG = BANK.replace("difficulty: 7", "difficulty: seven").replace("    answer: A view of an array.\n", "")


def test_check_tells_everything_that_is_wrong_at_once() -> None:
    Path("wrong.yaml").write_text(WRONG)
    assert run("check", "wrong.yaml") == Done(
        3,
        "",
        "qexport: error: wrong.yaml:10:17: difficulty 'seven' is not a number from 1 to 10\n"
        "qexport: error: wrong.yaml:21:5: question 'GO-1' has no answer\n"
        "  hint: write one, or leave the question out: `status: draft`\n",
    )


def test_check_as_json_has_the_same_problems() -> None:
    Path("wrong.yaml").write_text(WRONG)
    done = run("check", "--bank", "wrong.yaml", "--json")
    assert (done.status, done.err) == (3, "")
    report = json.loads(done.out)
    assert report["bank"] == "wrong.yaml"
    assert [(each["path"], each["line"], each["column"]) for each in report["problems"]] == [
        ("wrong.yaml", 10, 17),
        ("wrong.yaml", 21, 5),
    ]
    assert [sorted(each) for each in report["problems"]] == [
        ["column", "hint", "line", "message", "path"]
    ] * 2


def test_check_of_a_good_bank_as_json() -> None:
    assert json.loads(run("check", "--json").out) == {
        "bank": "questions.yaml",
        "questions": 3,
        "drafts": 0,
        "problems": [],
        "warnings": [],
    }


def test_every_command_refuses_a_bank_in_which_something_is_wrong() -> None:
    Path("wrong.yaml").write_text(WRONG)
    for command in ("list", "show", "stats", "build"):
        assert run(command, "--bank", "wrong.yaml") == run("check", "wrong.yaml")


def test_health_tells_counts_and_findings() -> None:
    assert run("check", "--health") == Done(
        0,
        f"{run('stats').out}\n"
        "incomplete: fewer questions, technologies or levels than the bank's source claims\n"
        "  questions.yaml: the bank has 3 of 54 questions, 2 of 3 technologies, 2 levels\n"
        "    hint: import the rest of its source, or correct `claims`\n"
        "\n"
        "questions.yaml: 1 finding\n",
        "",
    )


@pytest.mark.parametrize("kind", ["incomplete", "any"])
def test_fail_on_ends_with_3_where_there_is_such_a_finding(kind: str) -> None:
    done = run("check", "--fail-on", "gap", "--fail-on", kind)
    assert (done.status, done.out) == (3, run("check", "--health").out)
    assert done.err == "qexport: error: questions.yaml: 1 finding that --fail-on forbids: incomplete\n"


def test_fail_on_lets_other_findings_pass() -> None:
    assert run("check", "--fail-on", "mojibake") == run("check", "--health")


def test_health_as_json_has_counts_and_findings() -> None:
    report = json.loads(run("check", "--health", "--json").out)
    assert report["stats"] == json.loads(run("stats", "--json").out)
    assert [finding["kind"] for finding in report["findings"]] == ["incomplete"]


# --- build --------------------------------------------------------------------------------------------------


def test_build_tells_what_it_wrote() -> None:
    done = run("build", "--level", "advanced", "--title", "For Monday")
    assert (done.status, done.err) == (0, "")
    lines = re.sub(r"\d+ pages", "N pages", re.sub(r"\d+ kB, \d+\.\d s", "SIZE, TIME", done.out))
    assert lines == (
        "out/for-monday.pdf   2 questions, N pages, SIZE, TIME\n"
        "out/for-monday.apkg  2 questions, 2 notes, SIZE, TIME\n"
        "questions.lock.json: +3 added ~0 changed −0 retired =0 unchanged\n"
    )
    assert sorted(path.name for path in Path("out").iterdir()) == ["for-monday.apkg", "for-monday.pdf"]


def test_build_as_json() -> None:
    done = json.loads(run("build", "--format", "deck", "--file-name", "mine", "--sort", "id", "--json").out)
    size, seconds = (done["outputs"][0].pop(key) for key in ("bytes", "seconds"))
    assert size == Path("out/mine.apkg").stat().st_size
    assert 0 <= seconds < 60
    assert done == {
        "recipe": "",
        "title": "Questions & Answers",
        "scope": "All questions",
        "questions": ["GO-1", "PY-1", "PY-2"],
        "drafts_left_out": [],
        "outputs": [{"format": "deck", "path": "out/mine.apkg", "summary": "3 notes"}],
        "lock": {
            "path": "questions.lock.json",
            "written": True,
            "added": ["PY-1", "PY-2", "GO-1"],
            "changed": [],
            "retired": [],
            "unchanged": [],
            "moves": [],
            "search": "",
            "left_this_deck": [],
        },
    }


def test_two_builds_are_the_same_to_the_byte() -> None:
    def outputs() -> dict[str, bytes]:
        assert run("build").status == 0
        return {path.name: path.read_bytes() for path in Path("out").iterdir()}

    first = outputs()
    assert outputs() == first


def test_the_time_can_be_given() -> None:
    environment = {"SOURCE_DATE_EPOCH": "1767225600"}
    CliRunner(env=environment).invoke(program, ["build", "--format", "deck"])
    notes = json.loads(Path("questions.lock.json").read_text())["notes"]
    assert {note["modified"] for note in notes.values()} == {1767225600}


@pytest.mark.parametrize("given", ["yesterday", "-1", "1.5", "9999999999", "²"])
def test_a_time_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    assert run("build") == refused(
        f"SOURCE_DATE_EPOCH is {given!r}",
        "it takes a number of seconds since 1970, for example 1767225600",
        status=2,
    )


def test_a_result_that_cannot_be_written_ends_with_5() -> None:
    Path("out").write_text("a file")
    assert run("build", "--format", "deck") == refused(
        "out/questions-answers.apkg: cannot be written: out is not a folder",
        "questions.history.jsonl and questions.lock.json, which belong to it, are unchanged",
        status=5,
    )
    assert not Path("questions.lock.json").exists()
    assert not Path("questions.history.jsonl").exists()


# --- build: what lays out, and what is kept of it ------------------------------------------------------------


def test_pages_are_kept_where_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def chunks_in(folder: str) -> int:
        fields: dict[str, int] = json.loads(run("cache", "info", "--cache", folder, "--json").out)
        return fields["chunks"]

    handbook = ("build", "--format", "handbook", "--limit", "1")
    monkeypatch.setenv("QEXPORT_CACHE", "from the environment")
    assert run(*handbook, "--no-cache").status == 0
    assert chunks_in("from the environment") == 0
    assert run(*handbook).status == 0
    assert run(*handbook, "--cache", "from the words").status == 0
    assert chunks_in("from the environment") == chunks_in("from the words") > 1


def test_pages_are_kept_where_the_system_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QEXPORT_CACHE")
    place = platformdirs.user_cache_path("qexport", appauthor=False) / "chunks.sqlite"
    assert json.loads(run("cache", "info", "--json").out)["path"] == str(place)


def test_a_book_is_the_same_from_the_cache_and_from_several_processes(tmp_path: Path) -> None:
    """A bank of 18 questions, which is enough for several."""

    def book(*words: str) -> bytes:
        done = run("build", "--format", "handbook", "--bank", "many.yaml", *words)
        assert (done.status, done.err) == (0, "")
        return Path("out/many.pdf").read_bytes()

    write_many(18)
    one = book("--jobs", "1", "--no-cache")
    assert book("--jobs", "3", "--cache", "cold") == one
    assert book("--cache", "cold") == one


def write_many(count: int) -> None:
    questions = (
        f"  - {{id: Q-{number}, question: What is {number}?, answer: A number.}}" for number in range(count)
    )
    Path("many.yaml").write_text("\n".join(["title: Many", "namespace: tests", "questions:", *questions, ""]))


def test_what_cannot_be_said_together_is_refused() -> None:
    assert run("build", "--cache", "here", "--no-cache") == refused(
        "--cache and --no-cache contradict each other", "leave one of them out", status=2
    )
    assert run("build", "--jobs", "-1") == refused(
        "invalid value for '--jobs': -1 is not in the range x>=0", "see qexport build --help", status=2
    )


# --- cache --------------------------------------------------------------------------------------------------


def test_a_cache_can_be_looked_at_pruned_and_cleared() -> None:
    place = f"kept{os.sep}chunks.sqlite"
    assert run("cache", "info", "--cache", "kept") == Done(
        0, f"{place}: 0 chunks (0 bytes), of 250.0 MB at most\n", ""
    )
    run("build", "--format", "handbook", "--cache", "kept")
    info = json.loads(run("cache", "info", "--cache", "kept", "--json").out)
    assert (info["path"], info["limit"]) == (place, 250_000_000)
    held = f"{info['chunks']} chunks ({file_size(info['size'])})"
    assert run("cache", "prune", "--cache", "kept") == Done(
        0, f"{place}: 0 chunks removed, {held} left\n", ""
    )
    pruned = json.loads(run("cache", "prune", "--size", "20k", "--cache", "kept", "--json").out)
    assert 0 < pruned["chunks"] == info["chunks"] - pruned["removed"]
    assert pruned["size"] <= 20_000
    assert run("cache", "clear", "--cache", "kept") == Done(
        0, f"{place}: {quantity(pruned['chunks'], 'chunk')} removed, 0 chunks (0 bytes) left\n", ""
    )
    assert json.loads(run("cache", "clear", "--cache", "kept", "--json").out) == {
        "path": place,
        "chunks": 0,
        "size": 0,
        "limit": 250_000_000,
        "removed": 0,
    }


@pytest.mark.parametrize(("size", "kept"), [("0", 0), ("1G", 1), ("1gb", 1), ("900000k", 1)])
def test_sizes_are_said_as_people_do(size: str, kept: int) -> None:
    assert run("build", "--format", "handbook").status == 0  # into the cache of all tests: this takes a copy
    copy_shared_cache(Path("kept"))
    done = run("cache", "prune", "--size", size, "--cache", "kept", "--json")
    assert bool(json.loads(done.out)["chunks"]) == kept


@pytest.mark.parametrize("size", ["much", "-1", "1.5M", "1T", ""])
def test_what_is_no_size_is_refused(size: str) -> None:
    assert run("cache", "prune", "--size", size) == refused(
        f"invalid value for '--size': {size!r} is not a size such as 100M",
        "see qexport cache prune --help",
        status=2,
    )


def test_a_cache_that_cannot_be_cleared_ends_with_5() -> None:
    Path("kept/chunks.sqlite").mkdir(parents=True)
    done = run("cache", "clear", "--cache", "kept")
    assert (done.status, done.out) == (5, "")
    assert done.err.startswith(f"qexport: error: kept{os.sep}chunks.sqlite: cannot be removed: ")


# --- theme --------------------------------------------------------------------------------------------------


def test_themes_are_listed() -> None:
    assert run("theme", "list") == Done(
        0,
        "name         description\n"
        "classic      Serif text, quiet labels; the default\n"
        "modern       Sans-serif throughout, a blue accent\n"
        "mono         Black only, no tints: for bad printers\n"
        "pocket       Dense, in two columns, for A5 and A6\n"
        "tablet       A page in landscape for a screen\n"
        "tablet-dark  As tablet, light on dark\n",
        "",
    )
    names = [each["name"] for each in json.loads(run("theme", "list", "--json").out)]
    assert names == ["classic", "modern", "mono", "pocket", "tablet", "tablet-dark"]


@pytest.mark.parametrize("name", ["classic", "modern"])
def test_an_ejected_theme_gives_the_same_book(name: str) -> None:
    def book(theme: str) -> bytes:
        assert run("build", "--format", "handbook", "--theme", theme, "--file-name", "book").status == 0
        return Path("out/book.pdf").read_bytes()

    done = run("theme", "eject", name, "mine")
    count = sum(path.is_file() for path in Path("mine").rglob("*"))
    assert done == Done(0, f"mine: {count} files of theme {name}; build with --theme mine\n", "")
    assert {path.name for path in Path("mine").iterdir()} >= {"handbook", "shared", "theme.toml"}
    assert book("mine") == book(name)


def test_ejecting_as_json_names_the_files() -> None:
    fields = json.loads(run("theme", "eject", "mono", "mine", "--json").out)
    files = sorted(str(path) for path in Path("mine").rglob("*") if path.is_file())
    assert (fields["theme"], fields["folder"], sorted(fields["files"])) == ("mono", "mine", files)


def test_a_theme_is_ejected_into_a_new_or_an_empty_folder_only() -> None:
    Path("mine").mkdir()
    assert run("theme", "eject", "mono", "mine").status == 0
    message = "cannot be written: it is there already, and not empty"
    assert run("theme", "eject", "mono", "mine") == refused(f"mine: {message}", "name a new folder", status=5)
    assert run("theme", "eject", "mono", "questions.yaml") == refused(
        f"questions.yaml: {message}", "name a new folder", status=5
    )


def test_a_theme_that_is_not_built_in_cannot_be_ejected() -> None:
    assert run("theme", "eject", "modrn", "mine") == refused(
        "no theme 'modrn'",
        "did you mean 'modern'? known: classic, modern, mono, pocket, tablet, tablet-dark",
        status=2,
    )
    assert not Path("mine").exists()


# --- messages -----------------------------------------------------------------------------------------------


def test_what_comes_from_data_cannot_steer_the_terminal() -> None:
    assert run("list", "--bank", "\x1b[31mno.yaml") == refused(
        r"\x1b[31mno.yaml: there is no such file", status=3
    )
    assert run("list", "--level", "a\u202eb").err.startswith("qexport: error: unknown level 'a\\u202eb'\n")


def test_warnings_have_their_own_form_and_quiet_leaves_them_out() -> None:
    Path("questions.yaml").write_text(BANK.replace("a set", "a\u00ad set"))
    loud = run("list")
    assert (loud.status, loud.err.count("\n")) == (0, 1)
    assert loud.err.startswith("qexport: warning: questions.yaml:14:15: ")
    assert run("list", "--quiet") == run("-q", "list") == Done(0, loud.out, "")


def raising(error: BaseException) -> Callable[..., None]:
    def raises(*arguments: object, **options: object) -> None:
        raise error

    return raises


def test_a_bug_is_one_line_and_debug_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "choose", raising(KeyError("titel")))
    line = "qexport: error: internal error: KeyError: 'titel' (please report; --debug shows the traceback)\n"
    assert run("list") == Done(1, "", line)
    for words in (["--debug", "list"], ["list", "--debug"]):
        done = run(*words)
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith("Traceback (most recent call last):\n")
        assert done.err.endswith(f"KeyError: 'titel'\n{line}")


def test_too_little_memory_ends_with_7(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "choose", raising(MemoryError()))
    assert run("list") == refused("not enough memory", status=7)


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "choose", raising(KeyboardInterrupt()))
    assert run("list") == Done(130, "", "\n")


# --- the real process ---------------------------------------------------------------------------------------

# Wherever a test runs: it may have been found by a path relative to another folder.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(qexport.__file__).parents[1])}


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_it_without_left_overs(number: signal.Signals, status: int) -> None:
    """The signal comes while the first output is on its way to the disk."""
    script = (
        "import os, time\n"
        "from qexport.__main__ import main\n"
        "def wait(descriptor):\n"
        "    print('waiting', flush=True)\n"
        "    time.sleep(60)\n"
        "os.fsync = wait\n"
        "main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, "build", "--format", "deck"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (status, "")
    assert [path.name for path in sorted(Path().rglob("*"))] == ["questions.yaml"]


EAGER = """
from qexport.layout import scheduler
from qexport.cli.main import main
scheduler.WORTH_A_POOL = 0
main()
"""
"""The program, which takes any pages for enough to start processes."""


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="the system does not tell what processes there are"
)
@pytest.mark.parametrize("whom", ["the program", "all of its processes"])
@pytest.mark.parametrize("when", ["its processes start", "pages are laid out"])
def test_ctrl_c_ends_a_build_with_all_its_processes_at_once(whom: str, when: str) -> None:
    """A terminal sends the signal to all of them, `kill -INT` to one."""
    write_many(100)
    process = subprocess.Popen(
        [sys.executable, "-c", EAGER, "build", "--bank", "many.yaml", "--jobs", "2", "--no-cache"],
        env={**ENVIRONMENT, "TMPDIR": str(Path.cwd())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # This one, and one that prepares; then it has become two more.
    count = 4 if when == "pages are laid out" else 2
    while len(processes_of(process.pid)) < count:
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.2)
    out, err = end_at_once(process, signal.SIGINT, whole_session=whom == "all of its processes")
    assert (process.returncode, out, err.strip()) == (130, "", "")
    assert sorted(path.name for path in Path().iterdir()) == ["many.yaml", "questions.yaml"]


def program_in_a_process(*words: str, stdout: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "qexport", *words],
        env=ENVIRONMENT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", [["list"], ["list", "--json"], ["--help"]])
def test_nobody_reading_on_is_no_error(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert program_in_a_process(*words, stdout=writing) == (141, "")
    finally:
        os.close(writing)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("words", [["list"], ["--help"]])
def test_results_that_cannot_be_printed_end_with_5(words: list[str]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        assert program_in_a_process(*words, stdout=full) == (
            5,
            "qexport: error: standard output: cannot be written: No space left on device\n",
        )
    finally:
        os.close(full)


def test_a_terminal_without_unicode_gets_escapes_and_valid_json() -> None:
    Path("questions.yaml").write_text(BANK.replace("a set", "a ’set’ 🏭"))

    def out(*words: str) -> str:
        environment = {**ENVIRONMENT, "PYTHONIOENCODING": "latin-1"}
        command = [sys.executable, "-m", "qexport", *words]
        return subprocess.run(command, env=environment, capture_output=True, check=True).stdout.decode(
            "latin-1"
        )

    assert r"What is a \u2019set\u2019 \U0001f3ed?" in out("list")
    assert [question["question"] for question in json.loads(out("list", "--json"))][
        1
    ] == "What is a ’set’ 🏭?"


@pytest.mark.needs("terminal")
def test_progress_shows_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    script = (
        "import sys, time\n"
        "from qexport import pipeline\n"
        "from qexport.cli.main import main\n"
        "real = pipeline.export_all\n"
        "def slow(recipe, *, tell, **more):\n"
        "    tell('handbook', 7, 15)\n"
        "    time.sleep(1.5)\n"
        "    return real(recipe, tell=tell, **more)\n"
        "pipeline.export_all = slow\n"
        "main()"
    )

    def screen_of(*words: str) -> str:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-c", script, "build", "--format", "deck", *words]
        subprocess.run(command, env=ENVIRONMENT, stderr=theirs, stdout=subprocess.DEVNULL, check=True)
        os.close(theirs)
        seen = b""
        deadline = time.monotonic() + 10
        try:
            while time.monotonic() < deadline and (more := os.read(ours, 4096)):
                seen += more
        except OSError:  # Linux ends a terminal nobody has open any more so
            pass
        os.close(ours)
        return seen.decode()

    screen = screen_of()
    assert screen.startswith("\r\x1b[Khandbook: 7 of 15 … 1 s")
    assert screen.endswith("\r\x1b[K")
    assert screen_of("--quiet") == ""
