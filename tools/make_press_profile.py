"""Make the profile of the press from the characterization data of ANSI/CGATS/GRACoL TR 006-2007.

    .venv/bin/python tools/make_press_profile.py TR006.ti3 sRGB.icc

The data come with Debian's icc-profiles-free, and say: "Profiles, or other derivative work, based on these data may be
distributed with no further permissions from CGATS. However, this Technical Report must be identified as the source of
the characterization data." sRGB.icc is the source of the perceptual table's colours; any will do. Needs colprof of
Argyll (Debian's argyll), which takes a minute and prints how far the profile is from the data.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from qexport.pdf.output_intent import PRESS_PROFILE

COPYRIGHT = "CC0-1.0. Source of the characterization data: ANSI/CGATS/GRACoL TR 006-2007"
DESCRIPTION = "CGATS TR 006 (GRACoL coated), compact"
DATE = slice(24, 36)
"""Bytes of a profile's header that hold when it was made (ICC.1:2001-04, 6.1)."""
MADE = b"".join(number.to_bytes(2, "big") for number in (2026, 11, 30, 0, 0, 0))
MOST_INK, MOST_BLACK = "320", "100"
"""Per cent of all inks together, and of black: what GRACoL allows on coated paper."""


def make_profile(data: Path, source: Path) -> bytes:
    """Return the profile, the same bytes from the same data."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "press"
        shutil.copyfile(data, base.with_suffix(".ti3"))
        words = ["-v0", "-ql", "-bl", "-l", MOST_INK, "-L", MOST_BLACK, "-kr", "-nc", "-cmt", "-dpp"]
        words += ["-C", COPYRIGHT, "-D", DESCRIPTION, "-S", str(source), str(base)]
        subprocess.run(["colprof", *words], check=True)
        profile = bytearray(base.with_suffix(".icc").read_bytes())
    profile[DATE] = MADE
    return bytes(profile)


def main() -> None:
    """Write the profile."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="TR006.ti3")
    parser.add_argument("source", type=Path, help="a profile of sRGB")
    given = parser.parse_args()
    PRESS_PROFILE.write_bytes(make_profile(given.data, given.source))
    print(f"{PRESS_PROFILE}: {PRESS_PROFILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
