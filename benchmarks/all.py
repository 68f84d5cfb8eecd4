"""All benchmarks, one after the other, into docs/performance.md: `python -m benchmarks.all [BEFORE]`. Some hours.

BEFORE is a checkout of an older commit, beside which this one is measured. Wants an idle machine with Chromium, what
requirements-test.lock has, and typst from PyPI, a baseline.
"""

import subprocess
import sys

NAMES = (
    "commands",
    "deck",
    "handbook",
    "layout",
    "scale",
    "cluster",
    "web_page",
    "watch",
    "pull",
    "importing",
)

for name in NAMES:
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--write"], check=True)
if len(sys.argv) > 1:
    subprocess.run([sys.executable, "-m", "benchmarks.compare", sys.argv[1], ".", "--write"], check=True)
