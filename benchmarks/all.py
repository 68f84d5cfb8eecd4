"""All benchmarks, one after the other, into docs/performance.md: `python benchmarks/all.py`. Half an hour.

Wants an idle machine with Chromium, and what requirements-test.lock has.
"""

import subprocess
import sys
from pathlib import Path

for name in ("commands", "deck", "handbook", "layout"):
    subprocess.run([sys.executable, Path(__file__).with_name(f"{name}.py"), "--write"], check=True)
