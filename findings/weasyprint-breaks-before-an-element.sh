#!/bin/bash
# WeasyPrint 70.0 (needs Pango on the machine): where a line ends if an element follows the text.
# Expected: "one two three <b>four</b> five" breaks where the same words without <b> break.
# Seen: where "one two three" fits and the space behind it does not, the line ends after its FIRST word:
# "one / two three / four five" instead of "one two three / four five".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check weasyprint==70.0 fontpkg-jetbrains-mono
env/bin/python - <<'PY'
import pathlib, sys, sysconfig
from weasyprint import HTML

font = next(pathlib.Path(sysconfig.get_path("purelib")).rglob("JetBrainsMono*.ttf")).as_uri()


def lines(words: str) -> list[str]:
    """Return the lines of a paragraph that is 13.6 letters wide."""
    html = f"""<style>@font-face {{ font-family: f; src: url({font}) }}
    @page {{ size: 300px 300px; margin: 0 }} p {{ font: 16px f; width: 13.6ch; margin: 0 }}</style><p>{words}"""
    found = []

    def text(box: object) -> str:
        return getattr(box, "text", None) or "".join(text(child) for child in getattr(box, "children", ()))

    def walk(box: object) -> None:
        if type(box).__name__ == "LineBox":
            found.append(text(box))
        else:
            for child in getattr(box, "children", ()):
                walk(child)

    walk(HTML(string=html).render().pages[0]._page_box)
    return found


plain, marked = lines("one two three four five"), lines("one two three <b>four</b> five")
print("plain: ", plain)
print("marked:", marked)
sys.exit((plain, marked) != (["one two three", "four five"], ["one", "two three", "four five"]))
PY
