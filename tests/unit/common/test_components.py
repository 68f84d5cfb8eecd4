"""A bill of materials has what the program runs with here, and nothing else."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from qexport.common import components

ROOT = Path(__file__).resolve().parents[3]


def test_every_installed_package_of_the_lock_is_in_it_with_its_licence() -> None:
    bill = components.bill_of_materials()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    listed = bill["components"]
    assert isinstance(listed, list)
    lock = set(
        re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    )
    here = {re.sub(r"[-_.]+", "-", each["name"]).lower() for each in listed}
    assert here - lock == set()
    assert {"weasyprint", "genanki", "font-source-serif-pro", "pydyf"} <= here
    built_in = {"backports-zstd"} if sys.version_info >= (3, 14) else set()
    assert lock - here - built_in <= {
        "brotlicffi",
        "colorama",
        "socksio",
        "win-inet-pton",
    }  # of other systems
    assert [each for each in listed if "expression" not in each["licenses"][0]] == []


@pytest.mark.parametrize(
    ("requirement", "extra", "named"),
    [
        ("Jinja2>=3.1.6", "", [("jinja2", "")]),
        ("fonttools[woff] >= 4.59.2", "", [("fonttools", ""), ("fonttools", "woff")]),
        ("zopfli>=0.1.4; extra == 'woff'", "woff", [("zopfli", "")]),
        ("zopfli>=0.1.4; extra == 'woff'", "", []),
        ("backports.zstd>=1.0; python_version<'99.0'", "", [("backports-zstd", "")]),
        ("zipp; python_version < '3.8' and python_version != '3.7'", "", []),
        ("x; sys_platform == 'no' or python_full_version >= '3.11.0'", "", [("x", "")]),
        ("x; platform_python_implementation != 'PyPy'", "", [("x", "")]),
        ("", "", []),
    ],
)
def test_a_requirement_names_a_package(requirement: str, extra: str, named: list[tuple[str, str]]) -> None:
    assert list(components._list_required(requirement, extra)) == named


def test_a_licence_that_nobody_knows_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> str:
        raise ValueError("x")

    monkeypatch.setattr(components, "licence_of", unknown)
    installed = next(iter(components._list_installed()))
    assert components._licence(installed, installed.metadata) == {
        "license": {"name": "not stated in its metadata"}
    }
