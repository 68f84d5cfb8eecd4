"""Push into a real Anki, and count what is in its collection before and after.

    python tools/try_push.py --anki PYTHON --base FOLDER [--notes 15,5000]

PYTHON is a Python with aqt (`pip install aqt`), FOLDER a base folder of Anki with a profile and the add-on AnkiConnect
(2055492159); a copy of it is used. Anki runs under Xvfb. For each number of notes a bank is pushed into the empty
collection; then notes get tags, a star and a text of the learner's; the bank is edited, some questions are retired and
one is added; it is pushed again with --sync, which Anki answers with its dialog for an account. Last, Anki imports the
same edition as a file.

    every new question is one new note     a retired note is suspended and tagged, and still there
    the learner's text, tags and star stay     the import of the same edition adds nothing, and changes one note

That one is the note whose text both sides changed: push keeps the learner's, and Anki's own import replaces it, as it
does with every note that is newer in the package.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from qexport.anki.fields import FIELD_PLACES
from qexport.bank import reader
from qexport.bank.model import Bank, Claims
from qexport.bank.validation import validate
from qexport.bank.yaml_writer import write_bank
from qexport.cli.commands.push import ASKED_TO_SYNC

ROOT = Path(__file__).resolve().parents[1]
ADDON = "2055492159"
IN_CONFLICT = "Q-00005"
"""A question whose answer the learner and the bank change."""


@dataclass
class Anki:
    """A running Anki, spoken to through AnkiConnect."""

    port: int
    process: subprocess.Popen[bytes]

    def call(self, action: str, **params: Any) -> Any:
        """Return the result of an action; RuntimeError with what the add-on says is wrong."""
        body = json.dumps({"action": action, "version": 6, "params": params}).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}", body, timeout=300) as answer:
            found = json.load(answer)
        if found["error"]:
            raise RuntimeError(found["error"])
        return found["result"]

    def count(self, query: str) -> int:
        """Return how many notes a search finds."""
        return len(self.call("findNotes", query=query))

    def counts(self) -> dict[str, int]:
        """Return what is in the collection."""
        return {
            "notes": self.count("deck:*"),
            "cards": len(self.call("findCards", query="deck:*")),
            "suspended": self.count("is:suspended"),
            "tagged retired": self.count("tag:retired"),
            "starred": self.count("tag:marked"),
            "own tag": self.count("tag:own"),
            "own text": self.count("Answer:*LEARNER*"),
            "new text": self.count("Answer:*EDITED*"),
        }


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(python: Path, base: Path) -> Iterator[Anki]:
    """Run an Anki on a base folder, and end it."""
    port = free_port()
    folder = base / "addons21" / ADDON
    folder = folder if folder.exists() else next((base / "addons21").iterdir())
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "webBindPort": port}))
    meta = folder / "meta.json"
    said = json.loads(meta.read_text()) if meta.exists() else {}
    if "config" in said:
        meta.write_text(json.dumps({**said, "config": {**said["config"], "webBindPort": port}}))
    environment = {
        **os.environ,
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox",
    }
    command = [
        "xvfb-run",
        "-a",
        str(python),
        "-c",
        "import aqt; aqt.run()",
        "-b",
        str(base),
        "-p",
        "Learner",
        "-l",
        "en",
    ]
    log = (base / "anki.log").open("wb")
    with (
        log,
        subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):
        anki = Anki(port, process)
        try:
            for _ in range(240):
                try:
                    anki.call("version")
                    break
                except OSError:
                    time.sleep(0.5)
            else:
                raise TimeoutError(f"Anki did not answer:\n{(base / 'anki.log').read_text(errors='replace')}")
            yield anki
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def qexport(folder: Path, *words: str) -> str:
    """Run the program in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-m", "qexport", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"qexport {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def bank_of(count: int) -> Bank:
    """Return a bank of so many questions."""
    shipped, _ = validate(reader.read(ROOT / "seeds/questions.yaml"))
    questions = tuple(
        replace(each, id=f"Q-{number:05}", question=f"{each.question} ({number})")
        for number, each in enumerate(islice(cycle(shipped.questions), count))
    )
    return replace(shipped, title="Pushed", namespace="pushed", claims=Claims(), questions=questions)


def edited(bank: Bank) -> Bank:
    """Return the bank with every fifth answer changed, every tenth question retired, and one question more."""
    questions = [
        replace(
            each,
            status="retired" if number % 10 == 9 else "active",
            answer=f"EDITED {each.answer}" if number % 5 == 0 else each.answer,
        )
        for number, each in enumerate(bank.questions)
    ]
    more = replace(bank.questions[0], id="Q-NEW", question="What is new?", answer="This.")
    return replace(bank, questions=(*questions, more))


def expect(what: str, found: object, wanted: object) -> None:
    """Raise AssertionError if something is not as it has to be."""
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def _numbers(plan: str) -> list[int]:
    """Return the numbers of a plan: new notes, those to change, to suspend, and unchanged ones."""
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d|\d", plan.splitlines()[0])]


def try_push(anki: Anki, folder: Path, count: int) -> list[tuple[str, dict[str, int]]]:
    """Push a bank, edit both sides, push again; return what was in the collection after each step."""
    path = folder / "pushed.yaml"
    bank = bank_of(count)
    words = ("push", "--bank", "pushed.yaml", "--port", str(anki.port), "--profile", "Learner")
    found = [("before", anki.counts())]
    path.write_text(write_bank(bank), encoding="utf-8")
    first = qexport(folder, *words, "--yes")
    expect("the plan", _numbers(first), [count, 0, 0, 0])
    found.append(("first push", anki.counts()))
    expect("notes", found[-1][1]["notes"] - found[0][1]["notes"], count)
    # The learner works: a text of an unchanged question and of one that will change, a star, a tag.
    for key in ("Q-00001", IN_CONFLICT):
        (note,) = anki.call("findNotes", query=f"ID:{key}")
        anki.call("updateNoteFields", note={"id": note, "fields": {"Answer": "<p>LEARNER knows better.</p>"}})
    tagged = anki.call("findNotes", query="ID:Q-0000*")
    anki.call("addTags", notes=tagged, tags="own marked")
    found.append(("learner's edits", anki.counts()))
    path.write_text(write_bank(edited(bank)), encoding="utf-8")
    before = anki.counts()
    plan = qexport(folder, *words, "--dry-run")
    expect("the collection after --dry-run", anki.counts(), before)
    retired = sum(number % 10 == 9 for number in range(count))
    changed = sum(number % 5 == 0 for number in range(count))
    # One of the learner's texts is on a question that we changed too: the note stays as it is.
    expect("the plan", _numbers(plan), [1, changed - 1, retired, count - changed - retired + 1])
    second = qexport(folder, *words, "--yes", "--sync").splitlines()
    expect(
        "what the second push prints last",
        second[-2:],
        [
            f"done: 1 note added, {changed - 1:,} changed, {retired:,} suspended, 0 pictures stored",
            ASKED_TO_SYNC,
        ],
    )
    after = anki.counts()
    found.append(("second push", after))
    expect("notes", after["notes"], before["notes"] + 1)
    expect("suspended", after["suspended"], retired)
    expect("tagged retired", after["tagged retired"], retired)
    expect("starred", after["starred"], before["starred"])
    expect("own tag", after["own tag"], before["own tag"])
    expect("own text", after["own text"], 2)
    expect("new text", after["new text"], changed - 1)
    expect("a third push", _numbers(qexport(folder, *words, "--yes"))[:3], [0, 0, 0])
    expect("the collection after it", anki.counts(), after)
    return found


def import_edition(base: Path, deck: Path) -> tuple[list[str], list[str]]:
    """Import a deck into the collection of a profile; return the ids of new notes, and of those that it changed."""
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
    from anki.errors import DBError

    for _ in range(120):  # Anki takes some time to close what is large
        try:
            collection = Collection(str(base / "Learner/collection.anki2"))
            break
        except DBError:
            time.sleep(1)
    try:
        request = ImportAnkiPackageRequest(package_path=str(deck), options=ImportAnkiPackageOptions())
        log = collection.import_anki_package(request).log
        added, changed = (
            [note.fields[FIELD_PLACES["ID"]] for note in notes] for notes in (log.new, log.updated)
        )
        return added, changed
    finally:
        collection.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Push, and print what was in the collection."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--anki", type=Path, required=True, help="a Python with aqt")
    parser.add_argument("--base", type=Path, required=True, help="a base folder with a profile Learner")
    parser.add_argument("--notes", default="15,5000")
    options = parser.parse_args(arguments)
    for count in map(int, options.notes.split(",")):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            base = folder / "base"
            shutil.copytree(options.base, base)
            started = time.monotonic()
            with running(options.anki, base) as anki:
                found = try_push(anki, folder, count)
            seconds = time.monotonic() - started
            names = list(found[0][1])
            print("| " + " | ".join([f"{count:,} notes, {seconds:.0f} s", *names]) + " |")
            print("|---|" + "--:|" * len(names))
            for step, numbers in found:
                print("| " + " | ".join([step, *(f"{numbers[name]:,}" for name in names)]) + " |", flush=True)
            new, changed = import_edition(base, folder / "out/pushed.apkg")
            expect(
                "notes that an import of the same edition adds and changes",
                (new, changed),
                ([], [IN_CONFLICT]),
            )
            print(f"an import of the same edition: 0 new, changed: {IN_CONFLICT}", flush=True)


if __name__ == "__main__":
    main()
