"""All benchmarks, one after the other, into docs/performance.md: `python -m benchmarks.all`. An hour.

Wants an idle machine with Chromium, what requirements-test.lock has, and typst from PyPI, a baseline.
"""

import subprocess
import sys

for name in ("commands", "deck", "handbook", "layout", "web_page", "watch", "pull", "importing"):
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--write"], check=True)
