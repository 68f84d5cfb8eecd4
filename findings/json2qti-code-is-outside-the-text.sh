#!/bin/bash
# json2qti 1.3.0 (PyPI) makes a QTI 1.2 package of a JSON quiz; code is marked with backticks, as its documentation shows.
# Expected: `mattext` of type text/html holds the HTML of a question as one escaped text, its code included.
# Seen: the paragraph is escaped, the marked code is not: it becomes a child element `code` of `mattext`, which QTI 1.2 lets
# hold text alone. A reader that takes the text of the element gets "<p>What does " and loses the rest of the question.
# Backticks inside a fenced block open a `code` inside the block's own `code`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check json2qti==1.3.0
cat > quiz.json <<'JSON'
{"Shell": {
  "What does `set -e` do?": ["End at the first command that fails", "Print each command"],
  "What does this print?\n```\necho `date`\n```": ["The date", "The word date"]
}}
JSON
env/bin/json2qti quiz.json
env/bin/python - <<'PY'
import sys, zipfile
from xml.etree import ElementTree

package = zipfile.ZipFile("quiz.zip")
(name,) = [n for n in package.namelist() if n.endswith(".xml") and "meta" not in n and "manifest" not in n]
tree = ElementTree.fromstring(package.read(name))
space = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
questions = [item.find(f"{space}presentation/{space}material/{space}mattext") for item in tree.iter(f"{space}item")]
for question in questions:
    print(repr(question.text), "children:", [child.tag.removeprefix(space) for child in question.iter()][1:])
texts = sorted((q.text, tuple(c.tag.removeprefix(space) for c in q.iter())[1:]) for q in questions)
sys.exit(texts != [("<p>What does ", ("code",)), ("<p>What does this print?\n", ("pre", "code", "code"))])
PY
