"""seeds/questions.yaml against the captures, by a parser of its own that shares nothing with the importer."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds"
HEADINGS = {
    "Answer": "answer",
    "Deep Explanation": "deep_explanation",
    "Real-World Example": "real_world_example",
    "⚠ Common Mistakes": "common_mistakes",
    "🏭 Production Scenario": "production_scenario",
}
MIDDLE_LINES = {
    "Python Core Python Advanced": ("Python", "Core Python"),
    "Python Performance Advanced": ("Python", "Performance"),
    "AI Integration AI Integration Advanced": ("AI Integration", "AI Integration"),
    "Machine Learning AI/ML Advanced": ("Machine Learning", "AI/ML"),
}


@pytest.fixture(scope="module")
def bank() -> dict[str, Any]:
    loaded = yaml.safe_load((SEEDS / "questions.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def captured() -> list[dict[str, object]]:
    """Cut the listing at its footers, and each record by what its lines are in this capture."""
    records = []
    lines = (SEEDS / "captures" / "hub-advanced.txt").read_bytes().decode().split("\n")
    while lines:
        end = next(number for number, line in enumerate(lines) if line[:4] == "ID: ")
        footer = lines[end].replace("\xa0", "").split()
        answer = lines.index("Answer")
        identity, question = lines[answer - 3].split(" ", 1)
        technology, category = MIDDLE_LINES[lines[answer - 2]]
        record: dict[str, object] = {
            "id": identity,
            "question": question,
            "technology": technology,
            "category": category,
            "level": footer[-1],
            "difficulty": int(lines[answer - 1].split("/")[0]),
        }
        for heading, name in HEADINGS.items():
            record[name] = lines[lines.index(heading) + 2]
        asked = lines[lines.index("Follow-up Questions") + 1]
        assert asked.endswith("??")
        assert asked.count("?") == 4
        record["follow_ups"] = [f"{part.strip()}?" for part in asked.split("?")[:3]]
        assert footer[:5] == ["ID:", identity, "·", "Difficulty:", f"{record['difficulty']}/10"]
        records.append(record)
        del lines[: end + 1]
    return records


def test_the_captures_are_the_users_to_the_byte() -> None:
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in (SEEDS / "captures").glob("*.txt")
    }
    assert digests == {"hub-advanced.txt": "0124ef208b597193", "hub-page-4-answers.txt": "ea1338bf426c61ed"}


def test_every_field_equals_the_capture_to_the_character(bank: dict[str, Any]) -> None:
    assert bank["questions"] == captured()


def test_the_answers_of_page_four_are_those_of_nine_questions(bank: dict[str, Any]) -> None:
    lines = (SEEDS / "captures" / "hub-page-4-answers.txt").read_bytes().decode().split("\n")[2:-1]
    blocks = [lines[begin : begin + 5] for begin in range(0, len(lines), 5)]
    known = {
        tuple(question[name] for name in HEADINGS.values()): question["id"] for question in bank["questions"]
    }
    assert [known[tuple(block)] for block in blocks] == [
        "AI-MLO-001",
        "ML-ADV-002",
        "PY-ADV-002",
        "PY-ADV-001",
        "AI-ADV-003",
        "AI-ADV-002",
        "AI-ADV-001",
        "ML-MLO-001",
        "ML-ADV-003",
    ]


def test_the_bank_keeps_what_the_hub_says_of_itself(bank: dict[str, Any]) -> None:
    assert {key: value for key, value in bank.items() if key not in ("questions", "quotes")} == {
        "title": "Interview Questions & Model Answers",
        "namespace": "knowledge-hub/interview-questions",
        "language": "en",
        "source": "Knowledge Hub › Interview Questions",
        "markup": "plain",
        "claims": {"questions": 54, "technologies": 3, "levels": 3},
        "technologies": ["Python", "AI Integration", "Machine Learning"],
        "levels": ["Advanced"],
    }


def test_the_figures_are_the_hubs(bank: dict[str, Any]) -> None:
    questions = bank["questions"]
    figures = {
        key: Counter(question[key] for question in questions) for key in ("technology", "category", "level")
    }
    assert len(questions) == 15
    assert figures == {
        "technology": {"Python": 5, "AI Integration": 5, "Machine Learning": 5},
        "category": {"Core Python": 3, "Performance": 2, "AI Integration": 5, "AI/ML": 5},
        "level": {"Advanced": 15},
    }
    assert Counter(question["difficulty"] for question in questions) == {6: 1, 7: 4, 8: 9, 9: 1}
    assert [len(question["follow_ups"]) for question in questions] == [3] * 15


def test_no_furniture_is_in_any_text(bank: dict[str, Any]) -> None:
    texts = [
        text
        for question in bank["questions"]
        for value in question.values()
        for text in (value if isinstance(value, list) else [str(value)])
    ]
    assert not [
        text for text in texts if "\xa0" in text or "·" in text or "??" in text or text != text.strip()
    ]
    assert sum(text.count("’") for text in texts) == 1
    assert sum(text.count(",") for text in texts) == 0


def test_importing_again_changes_no_byte(tmp_path: Path) -> None:
    captures = [f"seeds/captures/{name}.txt" for name in ("hub-advanced", "hub-page-4-answers")]
    new = tmp_path / "questions.yaml"
    shipped = (SEEDS / "questions.yaml").read_bytes()
    reports = []
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-m", "qexport", "import", *captures, "-o", str(new)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        assert new.read_bytes() == shipped.replace(b"quotes: typographic\n", b"")  # which no capture says
        reports.append(run.stdout.split("\n")[:2])
        assert run.stderr == ""
    assert reports == [
        [f"{captures[0]}: 0 known, 15 new, 0 conflicts", f"{captures[1]}: 9 known, 0 new, 0 conflicts"],
        [f"{captures[0]}: 15 known, 0 new, 0 conflicts", f"{captures[1]}: 9 known, 0 new, 0 conflicts"],
    ]
