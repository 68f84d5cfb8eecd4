"""All benchmarks, one after the other, into docs/performance.md: `python benchmarks/all.py`. An hour.

Wants an idle machine with Chromium, what requirements-test.lock has, and typst from PyPI, a baseline.
"""

import subprocess
import sys
from pathlib import Path

for name in ("commands", "deck", "handbook", "layout"):
    subprocess.run([sys.executable, Path(__file__).with_name(f"{name}.py"), "--write"], check=True)
