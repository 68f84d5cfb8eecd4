"""Ask whether something is known against a version in the locks: `python tools/audit.py [WORDS FOR PIP-AUDIT …]`.

Status 0: every version was asked about, and nothing is known. 1: something is known. 2: not everything could be
asked, for lack of a network or of pip-audit; that says nothing of what was not asked.

pip-audit does the asking; it is found on the PATH, or run by uv. By itself it ends with 0 and "No known
vulnerabilities found" where it learnt nothing of any package, which is what this is here for.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")

NOTHING_KNOWN, KNOWN, NOT_ASKED = range(3)


class Answer(NamedTuple):
    """What was learnt of one lock."""

    asked: int
    """How many versions were asked about."""
    known: tuple[str, ...]
    """What is known, a line each."""
    not_asked: tuple[str, ...]
    """Packages of which nothing was learnt."""

    @property
    def status(self) -> int:
        """What to end with."""
        if self.known:
            return KNOWN
        return NOT_ASKED if self.not_asked or not self.asked else NOTHING_KNOWN


def answer_in(printed: str) -> Answer:
    """Read pip-audit's JSON; ValueError where it printed something else."""
    said = json.loads(printed)
    packages: list[dict[str, Any]] = said["dependencies"]
    known = tuple(
        f"{each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none yet'}"
        for each in packages
        for flaw in each.get("vulns", ())
    )
    asked = sum("vulns" in each for each in packages)
    return Answer(asked, known, tuple(each["name"] for each in packages if "vulns" not in each))


def pip_audit() -> list[str] | None:
    """Return how pip-audit is called here."""
    if found := shutil.which("pip-audit"):
        return [found]
    if found := shutil.which("uv"):
        return [found, "tool", "run", "pip-audit"]
    return None


def ask(command: Sequence[str], lock: Path) -> Answer | str:
    """Ask about every version in a lock; return the answer, or why there is none."""
    options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(
        [*command, "--requirement", str(lock), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return answer_in(done.stdout)
    except (ValueError, KeyError, TypeError):
        said = done.stderr.strip().splitlines()
        return said[-1] if said else f"pip-audit ended with {done.returncode} and said nothing"


def main() -> int:
    command = pip_audit()
    if command is None:
        print("could not ask: neither pip-audit nor uv is installed", file=sys.stderr)
        return NOT_ASKED
    statuses = []
    for lock in LOCKS:
        answer = ask([*command, *sys.argv[1:]], ROOT / lock)
        print(told(lock, answer), flush=True)
        statuses.append(NOT_ASKED if isinstance(answer, str) else answer.status)
    return KNOWN if KNOWN in statuses else max(statuses)


def told(lock: str, answer: Answer | str) -> str:
    """Return an answer in words."""
    if isinstance(answer, str):
        return f"{lock}: could not ask: {answer}"
    lines = [f"{lock}: {line}" for line in answer.known]
    if answer.not_asked:
        count = f"{len(answer.not_asked)} of {len(answer.not_asked) + answer.asked} packages"
        lines.append(f"{lock}: could not ask about {count}: {', '.join(answer.not_asked)}")
    if not lines:
        asked = f"nothing is known against any of {answer.asked} packages"
        lines.append(f"{lock}: {asked if answer.asked else 'could not ask: it names no package'}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
