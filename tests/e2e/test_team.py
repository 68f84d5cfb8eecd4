"""Sharing with a team, by the command line: recipes, bundles, what changed, and the real Anki."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tests.commands import run

ROOT = Path(__file__).parents[2]
NOW = "1795374674"
AT_WORK = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"} | {
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}

RECIPES = """\
default = "everything"
bank = "questions.yaml"
format = "deck"

[recipes.everything]

[recipes.python]
file-name = "python"
technology = "Python"

[recipes.hard]
file-name = "hard"
difficulty = ">=8"
"""


def printed(*words: str) -> str:
    done = run(*words)
    assert (done.status, done.err) == (0, "")
    return done.out


def refused(*words: str) -> list[str]:
    """What the program says of why not, without hints."""
    done = run(*words)
    assert (done.status, done.out) == (3, "")
    return [line for line in done.err.splitlines() if not line.startswith("  hint: ")]


@pytest.fixture(autouse=True)
def in_a_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped_bank: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOW)
    shutil.copy(shipped_bank, "questions.yaml")
    Path("qexport.toml").write_text(RECIPES)


def listed(*filters: str) -> list[str]:
    said = json.loads(printed("list", "--json", *filters))
    return [question["id"] for question in said]


def notes_of(deck: bytes) -> set[str]:
    """The ids in a deck, by another way than the program's own."""
    database = Path("deck.anki2")
    Path("deck.apkg").write_bytes(deck)
    with ZipFile("deck.apkg") as archive:
        database.write_bytes(archive.read("collection.anki2"))
    with closing(sqlite3.connect(database)) as connection:
        return {fields.split("\x1f")[1] for (fields,) in connection.execute("SELECT flds FROM notes")}


def edit_the_bank() -> None:
    """Edit two questions, add one, retire one, renumber one."""
    path = Path("questions.yaml")
    text = path.read_text()
    text = text.replace("A metaclass is", "In Python a metaclass is", 1)
    before, ml, after = text.partition("- id: ML-ADV-002")
    text = before + ml + after.replace("difficulty: 8", "difficulty: 9", 1)
    text = text.replace("- id: AI-ADV-003", "- id: AI-ADV-003\n    status: retired")
    text = text.replace("- id: PY-ADV-005", "- id: PY-ADV-050\n    former_ids: [PY-ADV-005]")
    text += (
        "\n  - id: PY-ADV-099\n    question: What is a descriptor?\n    technology: Python\n"
        "    category: Core Python\n    level: Advanced\n    difficulty: 8\n    answer: It is.\n"
    )
    path.write_text(text)


FIVE = {
    "added": ["PY-ADV-099"],
    "changed": ["ML-ADV-002", "PY-ADV-001"],
    "renumbered": ["PY-ADV-050"],
    "retired": ["AI-ADV-003"],
}


def entries(old: str, new: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in json.loads(printed("diff", old, new, "--format", "json"))["entries"]:
        found.setdefault(entry["kind"], []).append(entry["id"])
    return {kind: sorted(ids) for kind, ids in found.items()}


# Recipes


def test_three_recipes_make_their_files_with_the_ids_that_list_says() -> None:
    filters = {"everything": (), "python": ("--technology", "python"), "hard": ("--difficulty", ">=8")}
    plans = json.loads(printed("build", "--all", "--dry-run", "--json"))
    assert not Path("out").exists()
    built = json.loads(printed("build", "--all", "--json"))
    assert [each["recipe"] for each in built] == list(filters)
    for plan, each in zip(plans, built, strict=True):
        (output,) = each["outputs"]
        ids = listed(*filters[each["recipe"]])
        assert plan["questions"] == each["questions"] == ids
        assert plan["outputs"] == [output["path"]]
        assert notes_of(Path(output["path"]).read_bytes()) == set(ids)
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "hard.apkg",
        "interview-questions-model-answers.apkg",
        "python.apkg",
    ]


@pytest.mark.parametrize(
    "options", ["", 'answer-key = "separate"\n', 'answer-key = "separate"\ncalibration = true']
)
def test_every_output_ends_as_a_dry_run_says(options: str) -> None:
    outputs = 'format = ["handbook", "quiz", "deck", "cheatsheet", "flash-cards"]'
    Path("qexport.toml").write_text(f"[recipes.a]\nlimit = 1\n{outputs}\n{options}")
    plan = json.loads(printed("build", "--dry-run", "--json"))
    done = json.loads(printed("build", "--json"))
    assert sorted(plan["outputs"]) == sorted(output["path"] for output in done["outputs"])


def test_every_command_reads_the_bank_of_the_default_recipe() -> None:
    Path("bank").mkdir()
    shutil.move("questions.yaml", "bank/ours.yaml")
    Path("qexport.toml").write_text('[recipes.all]\nbank = "bank"\nformat = "deck"\n')
    assert len(listed()) == 15
    assert printed("check") == "bank: 15 questions, nothing wrong\n"
    assert json.loads(printed("build", "--json"))["lock"]["path"] == "bank/questions.lock.json"
    Path("qexport.toml").write_text('[recipes.all]\nbnk = "bank"\n')
    assert refused("list") == ["qexport: error: qexport.toml:2: unknown setting 'bnk'"]


def test_a_theme_of_ones_own_is_named_again_to_rebuild() -> None:
    printed("theme", "eject", "classic", "ours")
    Path("qexport.toml").write_text('[recipes.all]\ntheme = "ours"\nlimit = 1\nformat = "flash-cards"\n')
    printed("bundle", "-o", "team.zip")
    printed("verify", "team.zip")
    done = run("verify", "team.zip", "--rebuild")
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        "qexport: error: team.zip: all was made with a theme of its own, 'ours'",
        "  hint: name the folder where you have it: --theme DIR",
    ]
    printed("verify", "team.zip", "--rebuild", "--theme", "ours")


def test_retired_questions_travel_where_the_deck_keeps_them() -> None:
    edit_the_bank()
    Path("qexport.toml").write_text('[recipes.all]\nformat = "deck"\ninclude-retired = true\n')
    printed("bundle", "-o", "team.zip")
    printed("verify", "team.zip", "--rebuild")
    with ZipFile("team.zip") as archive:
        assert "AI-ADV-003" in notes_of(archive.read("all/interview-questions-model-answers.apkg"))


def test_flags_come_before_the_recipe() -> None:
    said = json.loads(printed("build", "python", "--dry-run", "--json", "--limit", "2", "--file-name", "two"))
    assert [(each["questions"], each["outputs"]) for each in said] == [
        (["PY-ADV-004", "PY-ADV-005"], ["out/two.apkg"])
    ]
    assert len(json.loads(printed("build", "--dry-run", "--json", "--level", "advanced"))["questions"]) == 15


def test_the_recipes_of_this_repository_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    said = {each["recipe"]: len(each["questions"]) for each in json.loads(printed("recipes", "--json"))}
    assert said == {
        "everything": 15,
        "python": 5,
        "ai-integration": 5,
        "machine-learning": 5,
        "hard": 10,
        "quiz-of-the-week": 10,
    }


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            ["build", "pyhton"],
            "no recipe 'pyhton' in qexport.toml",
            "did you mean 'python'? known: everything, python, hard",
        ),
        (["build", "python", "--all"], "--all, and names of recipes", "leave one of them out"),
        (
            ["build", "python", "--technology", "Rust"],
            "recipe python: unknown technology 'Rust'",
            "known: Python, AI Integration, Machine Learning",
        ),
        (
            ["build", "python", "hard", "--file-name", "same"],
            "recipes python and hard would both write out/same.apkg",
            'give one of them a name of its own: file-name = "…"',
        ),
        (["bundle", "-o", "team.tar"], "team.tar: a bundle's name ends in .zip", "write it to team.tar.zip"),
    ],
)
def test_what_cannot_be_made_is_told_before_anything_is(words: list[str], message: str, hint: str) -> None:
    done = run(*words)
    assert (done.status, done.out) == (2, "")
    said, told = done.err.splitlines()
    assert said.startswith(f"qexport: error: {message}")
    assert told.startswith(f"  hint: {hint}")
    assert not Path("out").exists()


# Bundles


def test_a_bundle_holds_handbook_deck_cards_and_what_they_were_made_from() -> None:
    Path("qexport.toml").write_text('[recipes.two]\nfile-name = "two"\nlimit = 2\n')
    printed("bundle", "-o", "team.zip")
    with ZipFile("team.zip") as archive:
        assert archive.namelist() == [
            "README.html",
            "RELEASE-NOTES.md",
            "data/questions.csv",
            "data/questions.lock.json",
            "data/questions.yaml",
            "manifest.json",
            "qexport.toml",
            "two/two-cards.pdf",
            "two/two.apkg",
            "two/two.pdf",
        ]
        assert notes_of(archive.read("two/two.apkg")) == set(listed("--limit", "2"))
        Path("part.yaml").write_bytes(archive.read("data/questions.yaml"))
        bill = json.loads(archive.read("manifest.json"))["bill_of_materials"]
    assert bill == json.loads(printed("doctor", "--sbom"))
    assert {"name": "weasyprint", "licenses": [{"expression": "BSD-3-Clause"}]}.items() <= next(
        each for each in bill["components"] if each["name"] == "weasyprint"
    ).items()
    assert listed("--bank", "part.yaml") == listed("--limit", "2")


def test_a_bundle_is_made_again_elsewhere_to_the_byte(tmp_path: Path) -> None:
    Path("qexport.toml").write_text(
        RECIPES.replace('format = "deck"', 'format = ["handbook", "deck"]\nlimit = 2')
    )
    printed("release")
    printed("bundle", "python", "hard", "-o", "out/team.zip")
    elsewhere = tmp_path / "deeper dir ü"
    elsewhere.mkdir()
    shutil.copytree("seeds", elsewhere / "seeds") if Path("seeds").exists() else None
    for name in ("questions.yaml", "qexport.toml", "questions.lock.json", "questions.release-notes.md"):
        shutil.copy(name, elsewhere)
    script = (
        "import os, sys; os.umask(0o077); from qexport.cli.main import main; sys.argv[0] = 'qexport'; main()"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4242",
        "HOME": str(elsewhere),
        "QEXPORT_CACHE": str(elsewhere / "cache"),
        "SOURCE_DATE_EPOCH": "1800000000",  # another time: nothing of it is in a bundle
    }

    def again(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script, *words],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    again("bundle", "python", "hard", "-o", "out/team.zip")
    bundle = Path("out/team.zip").read_bytes()
    assert (elsewhere / "out" / "team.zip").read_bytes() == bundle
    said = json.loads(again("verify", str(tmp_path / "out" / "team.zip"), "--rebuild", "--json"))
    assert (said["rebuilt"], said["edition"]) == (True, 1)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.skipif(not Path("/dev/fd/0").exists(), reason="the system has no names for open files")
@pytest.mark.needs("readers")
def test_another_user_makes_a_bundle_again_to_the_byte(tmp_path: Path) -> None:
    printed("bundle", "python", "-o", "team.zip")
    # Python itself may lie where the other user may not read: so everything is loaded first, by root.
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from qexport.team.verification import verify\n"
        "verify(Path('team.zip'), rebuild=True)\n"
        "os.setgid(65534)\n"
        "os.setuid(65534)\n"
        "print(os.geteuid(), verify(Path('/dev/fd/0'), rebuild=True).rebuilt)\n"
    )
    with Path("team.zip").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            stdin=file,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.stdout, done.stderr) == ("65534 True\n", "")


def test_pictures_travel_with_the_questions() -> None:
    from PIL import Image

    Path("img").mkdir()
    Image.new("RGB", (40, 20), "red").save("img/a b.png")
    Path("questions.yaml").write_text(
        "title: Pictures\nmarkup: markdown\nquestions:\n"
        '  - {id: A, question: What?, answer: "Look: ![a red box](img/a%20b.png)"}\n'
    )
    Path("qexport.toml").write_text('[recipes.all]\nformat = ["handbook", "deck"]\n')
    printed("bundle", "-o", "team.zip")
    with ZipFile("team.zip") as archive:
        assert "data/img/a b.png" in archive.namelist()
    printed("verify", "team.zip", "--rebuild")


def test_a_web_page_that_links_to_its_neighbours_is_made_again_to_the_byte() -> None:
    Path("qexport.toml").write_text('[recipes.all]\nformat = ["web", "deck"]\nfile-name = "all"\nlimit = 1\n')
    printed("bundle", "-o", "team.zip")
    with ZipFile("team.zip") as archive:
        assert '<a href="all.apkg" download>' in archive.read("all/all.html").decode()
    printed("verify", "team.zip", "--rebuild")


def test_the_deck_of_a_bundle_knows_what_left_it_and_has_it_once_more_if_asked() -> None:
    Path("qexport.toml").write_text(
        '[recipes.hard]\nformat = "deck"\nfile-name = "hard"\ndifficulty = ">=8"\n'
    )
    printed("bundle", "-o", "team.zip")
    text = Path("questions.yaml").read_text()
    assert "id: PY-ADV-001\n" in text
    start = text.index("id: PY-ADV-001\n")
    Path("questions.yaml").write_text(
        text[:start] + text[start:].replace("difficulty: 8", "difficulty: 3", 1)
    )
    printed("build", "hard")
    search = "<code>Key:PY-ADV-001@"
    assert description_of(Path("out/hard.apkg").read_bytes()).count(search) == 1
    for words, has_it in (((), False), (("--send-leavers",), True)):
        said = printed("bundle", "-o", "team.zip", *words).splitlines()
        left = "in it once more" if has_it else "not updated by it"
        assert said[3].startswith(f"  left hard, and {left}; to find them in Anki: Key:PY-ADV-001@")
        assert said[4:] == ([] if has_it else ["  to send them once more: --send-leavers"])
        with ZipFile("team.zip") as archive:
            deck = archive.read("hard/hard.apkg")
        assert ("PY-ADV-001" in notes_of(deck)) == has_it
        about = description_of(deck)
        assert (about.count(search), "etired" in about) == (1, False)
        printed("verify", "team.zip", "--rebuild")


def forge(files: Mapping[str, bytes], manifest: dict[str, Any]) -> None:
    """Write a bundle whose hashes agree with its files, whatever is said in them."""
    from hashlib import sha256

    from qexport.team import bundle_archive

    inner = {path: data for path, data in files.items() if path != bundle_archive.MANIFEST}
    listed = {path: {"sha256": sha256(data).hexdigest(), "size": len(data)} for path, data in inner.items()}
    said = json.dumps({**manifest, "files": listed}).encode()
    Path("forged.zip").write_bytes(bundle_archive.pack({**inner, bundle_archive.MANIFEST: said}))


def test_a_bundle_that_is_not_what_its_data_make_is_refused() -> None:
    """The hashes agree, and so somebody meant it: only making it again tells."""
    from qexport.team import bundle_archive

    printed("bundle", "python", "-o", "team.zip")
    files = bundle_archive.unpack(Path("team.zip").read_bytes(), "team.zip")
    forge({**files, "python/python.apkg": b"another deck"}, json.loads(files["manifest.json"]))
    printed("verify", "forged.zip")
    assert refused("verify", "forged.zip", "--rebuild") == [
        "qexport: error: forged.zip: 'python/python.apkg' is different when it is built again"
    ]


def test_one_flipped_bit_is_refused_and_named() -> None:
    printed("bundle", "python", "-o", "team.zip")
    data = bytearray(Path("team.zip").read_bytes())
    at = data.index(b"python/python.apkgPK")
    data[at + 100] ^= 4
    Path("team.zip").write_bytes(data)
    assert refused("verify", "team.zip") == ["qexport: error: team.zip: 'python/python.apkg' is damaged"]


def test_no_damage_ends_in_a_traceback() -> None:
    printed("bundle", "python", "-o", "team.zip")
    whole = Path("team.zip").read_bytes()
    chance = random.Random(8)
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 20)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        Path("bad.zip").write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
        assert refused("verify", "bad.zip", "--rebuild")


ODD: tuple[object, ...] = (
    *(None, True, 0, -1, 2**70, "", "x", "../x", "\0", "a\nb", "\ud800", [], {}, ["x"], {"a": 1}),
    *("deck", "handbook", "classic", "/etc", "recall,mistakes", "9999", "::" * 20),
)


def places_in(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places_in(value[key], (*place, key))


def put(value: Any, place: tuple[str | int, ...], odd: object) -> Any:
    if not place:
        return odd
    inner = value
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = odd
    return value


def test_whatever_a_forged_bundle_says_is_refused_or_made() -> None:
    """Its hashes agree with its files, and what is said in them is anything."""
    from qexport.team import bundle, bundle_archive

    Path("qexport.toml").write_text('[recipes.all]\nlimit = 2\nformat = "deck"\n')
    printed("bundle", "-o", "team.zip")
    whole = bundle_archive.unpack(Path("team.zip").read_bytes(), "team.zip")
    chance = random.Random(8)
    statuses = set()
    for number in range(60):
        files = dict(whole)
        name = bundle.LOCK if number % 3 == 0 else bundle_archive.MANIFEST
        said = json.loads(files[name])
        said.pop("files", None)
        said = put(said, chance.choice(list(places_in(said))[1:]), chance.choice(ODD))
        if name == bundle.LOCK:
            files[name] = json.dumps(said).encode()
            said = json.loads(files[bundle_archive.MANIFEST])
        forge(files, said)
        statuses.add(run("verify", "forged.zip", "--rebuild").status)
    assert statuses <= {0, 2, 3, 7}


@pytest.mark.parametrize(
    ("lock", "message", "hint"),
    [
        (
            b'{"format": 1}',
            "forged.zip/data/questions.lock.json:1: format 1 is not known; this qexport knows 2",
            "ask for the bundle again, made with the qexport of today",
        ),
        (
            b"{",
            "forged.zip/data/questions.lock.json:1:2: not JSON: Expecting property name enclosed in double quotes",
            "ask for the bundle again: its lock was changed or damaged",
        ),
    ],
)
def test_what_to_do_about_the_lock_of_a_bundle_is_to_ask_for_another(
    lock: bytes, message: str, hint: str
) -> None:
    from qexport.team import bundle_archive

    printed("bundle", "python", "-o", "team.zip")
    files = bundle_archive.unpack(Path("team.zip").read_bytes(), "team.zip")
    forge({**files, "data/questions.lock.json": lock}, json.loads(files["manifest.json"]))
    assert run("verify", "forged.zip").err == f"qexport: error: {message}\n  hint: {hint}\n"


def test_an_unpacked_bundle_builds_its_recipes_beside_the_folders_of_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed("bundle", "hard", "-o", "team.zip")
    with ZipFile("team.zip") as archive:
        archive.extractall("unpacked")
    monkeypatch.chdir("unpacked")
    assert Path("hard").is_dir()
    taken = json.loads(Path("manifest.json").read_text())["recipes"][0]["ids"]
    assert json.loads(printed("build", "hard", "--dry-run", "--json"))[0]["questions"] == taken
    assert refused("build", "./hard") == [
        "qexport: error: hard: no .yaml or .yml or .jsonl file in this folder"
    ]


# What changed


@pytest.mark.needs("git")
def test_five_changes_are_five_entries_wherever_the_editions_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AT_WORK.items():
        monkeypatch.setenv(name, value)
    shutil.copy("questions.yaml", "old.yaml")
    printed("build", "--file-name", "old")
    printed("bundle", "-o", "old.zip")
    for words in (["init", "-q"], ["add", "questions.yaml"], ["commit", "-qm", "Edition 1"]):
        subprocess.run(["git", *words], check=True)
    edit_the_bank()
    printed("build", "--file-name", "new")
    printed("bundle", "-o", "new.zip")
    pairs = [
        ("old.yaml", "questions.yaml"),
        ("old.zip", "new.zip"),
        ("out/old.apkg", "out/new.apkg"),
        ("HEAD:questions.yaml", "questions.yaml"),
        ("git:HEAD", "new.zip"),
        ("out/old.apkg", "questions.yaml"),
    ]
    for old, new in pairs:
        assert entries(old, new) == FIVE, (old, new)
    nothing = "git:HEAD → old.zip: 15 unchanged\n"
    assert printed("diff", "git:HEAD", "old.zip") == nothing


def test_what_a_bundle_no_longer_takes_is_not_told_as_retired() -> None:
    printed("bundle", "everything", "-o", "old.zip")
    edit_the_bank()
    printed("bundle", "hard", "-o", "new.zip")
    said = json.loads(printed("diff", "old.zip", "new.zip", "--format", "json"))
    assert said["search"] == "Key:AI-ADV-003@3dae9816afb2"
    (remark,) = said["remarks"]
    assert remark == (
        "not retired, but no longer in this part of the bank: "
        "PY-ADV-004, PY-ADV-005, PY-ADV-003, AI-ADV-004, ML-ADV-004"
    )


@pytest.mark.needs("git")
@pytest.mark.parametrize("words", ["HEAD:no.yaml", "git:no-such", "-x:questions.yaml", ":", "no:no:no"])
def test_a_revision_that_is_none_is_refused(words: str) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    (said,) = refused("diff", "--", words, "questions.yaml")
    assert said.endswith(": git knows no such revision with this file")


@pytest.mark.needs("git")
def test_a_folder_in_git_is_a_bank_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AT_WORK.items():
        monkeypatch.setenv(name, value)
    Path("bank").mkdir()
    shutil.move("questions.yaml", "bank/a.yaml")
    Path("bank/b.yaml").write_text("questions: [{id: B-1, question: Why?, answer: So.}]\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "Edition 1"]):
        subprocess.run(["git", *words], check=True)
    Path("bank/b.yaml").write_text("questions: [{id: B-1, question: Why?, answer: Because.}]\n")
    for old in ("HEAD:bank", "HEAD:./bank"):
        assert entries(old, "bank") == {"changed": ["B-1"]}
    assert (
        json.loads(printed("diff", "git:HEAD", "bank", "--bank", "bank", "--format", "json"))["counts"][
            "unchanged"
        ]
        == 15
    )


@pytest.mark.needs("git")
def test_a_release_is_committed_and_tagged_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    for name, value in AT_WORK.items():
        monkeypatch.setenv(name, value)
    git("init", "--quiet")
    Path("other").write_text("")
    git("add", "other")
    said = json.loads(printed("release", "--tag", "--json"))
    assert (said["tag"], said["tagged"], git("tag")) == ("edition-1", True, "edition-1")
    assert git("log", "-1", "--format=%s", "edition-1") == f"Edition 1 of {said['date']}"
    assert git("show", "--format=", "--name-only", "HEAD").splitlines() == [
        "questions.history.jsonl",
        "questions.lock.json",
        "questions.release-notes.md",
        "questions.yaml",
    ]
    assert git("diff", "--cached", "--name-only") == "other"  # what was staged for another commit
    edit_the_bank()
    git("tag", "edition-2")
    before = Path("questions.lock.json").read_bytes()
    done = run("release", "--tag")
    assert (done.status, done.err) == (
        2,
        (
            "qexport: error: there is a tag edition-2 already\n"
            "  hint: release without --tag, or: git tag -d edition-2\n"
        ),
    )
    assert Path("questions.lock.json").read_bytes() == before


@pytest.mark.needs("git")
def test_a_release_without_a_repository_cannot_be_tagged() -> None:
    before = sorted(path.name for path in Path().iterdir())
    done = run("release", "--tag")
    assert (done.status, done.err) == (
        2,
        (
            "qexport: error: --tag: . is not in a git repository\n"
            "  hint: release without --tag, or begin one: git init\n"
        ),
    )
    assert sorted(path.name for path in Path().iterdir()) == before


def test_a_release_says_what_is_new_since_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AT_WORK.items():
        monkeypatch.setenv(name, value)
    assert json.loads(printed("release", "--json"))["edition"] == 1
    done = run("release")
    assert (done.status, done.err.splitlines()[0]) == (
        2,
        "qexport: error: questions.yaml: no commit has edition 1 of it",
    )
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "."], check=True)
    subprocess.run(["git", "commit", "-qm", "Edition 1"], check=True)
    done = run("release")
    assert (done.status, done.err.splitlines()[0]) == (
        2,
        "qexport: error: no question has changed since edition 1",
    )
    edit_the_bank()
    said = json.loads(printed("release", "--json"))
    assert (said["edition"], said["date"], said["search"]) == (2, "2026-11-22", "Key:AI-ADV-003@3dae9816afb2")
    assert {kind: sorted(ids) for kind, ids in said["changes"].items()} == FIVE
    notes = Path("questions.release-notes.md").read_text()
    assert [line for line in notes.splitlines() if line.startswith("## ")] == [
        "## Edition 2 · 2026-11-22",
        "## Edition 1 · 2026-11-22",
    ]
    printed("bundle", "-o", "team.zip")
    with ZipFile("team.zip") as archive:
        assert archive.read("RELEASE-NOTES.md").decode() == notes
        deck = archive.read("everything/interview-questions-model-answers.apkg")
    about = description_of(deck)
    assert "<p>Edition 2, 2026-11-22</p>" in about
    assert "<p>New questions: PY-ADV-099</p>" in about
    assert "<p>Retired: AI-ADV-003</p>" in about

    # What comes after a release says so.
    edited = Path("questions.yaml").read_text().replace("In Python a metaclass", "A metaclass", 1)
    Path("questions.yaml").write_text(edited)
    printed("build", "--file-name", "later")
    assert "<p>Edition 2+, 2026-11-22</p>" in description_of(Path("out/later.apkg").read_bytes())


def description_of(deck: bytes) -> str:
    notes_of(deck)
    with closing(sqlite3.connect("deck.anki2")) as connection:
        (decks,) = connection.execute("SELECT decks FROM col").fetchone()
    return "".join(deck["desc"] for deck in json.loads(decks).values())


# The real Anki


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Any]:
    anki = pytest.importorskip("anki.collection")
    collection = anki.Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def imported(collection: Any, deck: str) -> None:
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(Path(deck).resolve()), options=ImportAnkiPackageOptions())
    )


def ids_in(collection: Any, search: str = "") -> list[str]:
    return sorted(collection.get_note(number)["ID"] for number in collection.find_notes(search))


@pytest.mark.parametrize("order", [("python", "hard"), ("hard", "python")])
def test_two_overlapping_decks_bring_each_question_once(collection: Any, order: tuple[str, str]) -> None:
    printed("build", *order)
    both = set(listed("--technology", "python")) & set(listed("--difficulty", ">=8"))
    assert both
    for name in order:
        imported(collection, f"out/{name}.apkg")
    union = {*listed("--technology", "python"), *listed("--difficulty", ">=8")}
    assert ids_in(collection) == sorted(union)


def test_the_search_selects_exactly_the_retired_notes(collection: Any) -> None:
    shutil.copy("questions.yaml", "old.yaml")
    printed("bundle", "-o", "old.zip")
    with ZipFile("old.zip") as archive:
        archive.extract("everything/interview-questions-model-answers.apkg")
    imported(collection, "everything/interview-questions-model-answers.apkg")
    edit_the_bank()
    text = Path("questions.yaml").read_text()
    Path("questions.yaml").write_text(
        text.replace("- id: ML-MLO-001", "- id: ML-MLO-001\n    status: retired")
    )
    search = json.loads(printed("diff", "old.yaml", "questions.yaml", "--format", "json"))["search"]
    assert search == "Key:ML-MLO-001@3dae9816afb2 or Key:AI-ADV-003@3dae9816afb2"
    printed("build", "--file-name", "new")
    imported(collection, "out/new.apkg")
    assert ids_in(collection, search) == ["AI-ADV-003", "ML-MLO-001"]
    assert len(ids_in(collection)) == 16
