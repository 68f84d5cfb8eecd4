"""Compare the formulas of tests/formulas.txt with KaTeX: the sizes of their boxes, and pictures side by side.

    npm install katex
    .venv/bin/python -m tools.compare_formulas node_modules/katex OUT

Needs Chromium. Boxes are in ems of the text: ours from mathra, KaTeX's from the browser's layout. Prints the formulas
whose width or height differs by more than a fifth (and 0.3 em), and writes OUT/formulas-N.png for a person.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
from html import escape, unescape
from pathlib import Path

from qexport.content.maths import draw_formula, show_formula

ROOT = Path(__file__).resolve().parent.parent
ROWS = 40
"""Formulas in a picture."""

PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="{katex}/dist/katex.min.css">
<script src="{katex}/dist/katex.min.js"></script>
<style>body {{ font: 20px serif; margin: 8px; }}
td {{ padding: 4px 12px; border-bottom: 1px solid #ddd; white-space: nowrap; }}
.katex {{ font-size: 1em; }} .source {{ display: none; }}</style>
<table>{rows}</table><pre id="sizes"></pre>
<script>
const sizes = [];
for (const cell of document.querySelectorAll("[data-source]")) {{
  let size = null;
  try {{
    katex.render(cell.dataset.source, cell, {{ throwOnError: true }});
    const bases = [...cell.querySelectorAll(".katex-base")];
    const boxes = bases.map((base) => base.getBoundingClientRect());
    const struts = bases.map((base) => base.querySelector(".katex-strut").getBoundingClientRect());
    size = [
      (Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left))) / 20,
      (Math.max(...struts.map((box) => box.bottom)) - Math.min(...struts.map((box) => box.top))) / 20,
    ];
  }} catch (error) {{ cell.textContent = String(error); }}
  sizes.push(size);
}}
document.fonts.ready.then(() => {{ document.querySelector("#sizes").textContent = JSON.stringify(sizes); }});
</script>"""


def run_chromium(page: Path, *words: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += [
            f"--user-data-dir={profile}",
            "--allow-file-access-from-files",
            "--virtual-time-budget=20000",
        ]
        done = subprocess.run([*command, *words, page.as_uri()], capture_output=True, check=True, timeout=300)
    return done.stdout.decode()


def write_page(path: Path, katex: Path, formulas: list[str]) -> None:
    rows = "".join(
        f'<tr><td><code>{escape(each)}</code><td data-source="{escape(each)}"><td>{show_formula(each)}'
        for each in formulas
    )
    path.write_text(PAGE.format(katex=katex.resolve().as_uri(), rows=rows), "utf-8")


def main() -> int:
    katex, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    lines = (ROOT / "tests" / "formulas.txt").read_text("utf-8").splitlines()
    formulas = [line for line in lines if line and not line.startswith("#")]
    page = out / "formulas.html"
    write_page(page, katex, formulas)
    found = re.search(r'<pre id="sizes">(.*?)</pre>', run_chromium(page, "--dump-dom"), re.DOTALL)
    sizes = json.loads(unescape(found[1])) if found else []
    wide, high, refused, far = [], [], [], []
    for formula, size in zip(formulas, sizes, strict=True):
        if size is None or None in size:
            refused.append(formula)
            continue
        ours = draw_formula(formula)
        ratios = ours.width / size[0], ours.height / size[1]
        wide.append(ratios[0])
        high.append(ratios[1])
        if any(
            abs(ratio - 1) > 0.2 and abs(own - other) > 0.3
            for ratio, own, other in zip(ratios, (ours.width, ours.height), size, strict=True)
        ):
            far.append(
                f"{ours.width:.2f} × {ours.height:.2f}, KaTeX {size[0]:.2f} × {size[1]:.2f}: {formula}"
            )
    print(f"{len(formulas)} formulas, {len(refused)} that KaTeX refuses: {refused}")
    print(f"width: median {statistics.median(wide):.3f} of KaTeX's, {min(wide):.2f} to {max(wide):.2f}")
    print(f"height: median {statistics.median(high):.3f} of KaTeX's, {min(high):.2f} to {max(high):.2f}")
    print(f"{len(far)} differ by more than a fifth:", *far, sep="\n  ")
    for start in range(0, len(formulas), ROWS):
        write_page(page, katex, formulas[start : start + ROWS])
        picture = out / f"formulas-{start // ROWS + 1}.png"
        run_chromium(
            page, f"--screenshot={picture.resolve()}", "--window-size=1300,2400", "--hide-scrollbars"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
