"""Attack the program with bundles, decks, themes and banks of strangers: one table.

    .venv/bin/python -m tools.try_attacks [FAMILY…] [--share SHARE] [--seed N]

Each attack is made when it is tried, small and harmless, and meets a command of the program (build, check, diff,
import, verify) whose limits are lowered. `tools/attack_harness.py` says what counts as a break, `attack_packages.py`
and `attack_folders.py` have the kinds; honest files are among them, which have to be read. Every break is printed with
its family and number: the same seed makes the same attacks.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.attack_folders import BANKS, THEMES
from tools.attack_harness import MOST_MEMORY, Row, Watch, memory, try_family
from tools.attack_packages import BUNDLES, DECKS

FAMILIES = {"bundles": (BUNDLES, 600), "decks": (DECKS, 600), "themes": (THEMES, 300), "banks": (BANKS, 300)}
"""Family → its kinds of attacks, and how many attacks are tried."""


def rows(names: Iterable[str], share: float, seed: int, folder: Path) -> Iterator[Row]:
    """Yield what came of each family."""
    watch = Watch()
    for name in names:
        kinds, count = FAMILIES[name]
        yield try_family(name, kinds, count=round(count * share), seed=seed, folder=folder, watch=watch)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("families", nargs="*", choices=[*FAMILIES, []], help="default: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the attacks (1: 600, 600, 300 and 300)")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    os.environ["SOURCE_DATE_EPOCH"] = "1767225600"
    print(f"seed {words.seed}\n\n| family | attacks | refused | read, harmless | slowest | breaks |")
    print("| --- | --- | --- | --- | --- | --- |")
    begun, breaks, count = time.monotonic(), list[str](), 0
    with tempfile.TemporaryDirectory(prefix="try-attacks-") as folder:
        for row in rows(words.families or FAMILIES, words.share, words.seed, Path(os.path.realpath(folder))):
            print(row, flush=True)
            breaks += row.breaks
            count += row.attacks
    if memory() > MOST_MEMORY:
        breaks.append(f"{memory()} MB were needed, more than {MOST_MEMORY}")
    seconds = time.monotonic() - begun
    print(f"\n{count} attacks in {seconds:.0f} s, {memory()} MB at most: {len(breaks)} breaks")
    print("\n".join(breaks))
    return 1 if breaks else 0


if __name__ == "__main__":
    sys.exit(main())
