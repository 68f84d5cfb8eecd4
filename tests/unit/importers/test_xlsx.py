"""xlsx: values as they are shown, sheets by name, and damaged workbooks refused."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from qexport.common.errors import InputRefused, LimitExceeded, UsageError
from qexport.common.limits import USUAL
from qexport.importers.registry import read_source
from qexport.importers.source import Source, Wishes
from qexport.importers.xlsx_numbers import show_number

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def workbook(rows: str, *, styles: str = "", texts: str = "", second: str = "") -> bytes:
    data = BytesIO()
    with ZipFile(data, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {NS} {REL}><sheets><sheet name="First" sheetId="1" r:id="rId1"/>'
            f'<sheet name="Second" sheetId="2" r:id="rId2"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
            '<Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>"
        )
        archive.writestr(
            "xl/worksheets/sheet2.xml", f"<worksheet {NS}><sheetData>{second}</sheetData></worksheet>"
        )
        archive.writestr("xl/sharedStrings.xml", f"<sst {NS}>{texts}</sst>")
        archive.writestr("xl/styles.xml", f"<styleSheet {NS}>{styles}</styleSheet>")
    return data.getvalue()


TEXTS = (
    "<si><t>question</t></si><si><t>answer</t></si>"
    "<si><r><t>What </t></r><r><t>is _x0041_?</t></r><rPh><t>no</t></rPh></si>"
)
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="000"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="2"/></cellXfs>'
)
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
    '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="C3" s="1"><v>7</v></c></row>'
    '<row r="4"><c r="A4" t="inlineStr"><is><t>Which?</t></is></c><c r="C4" s="2"><v>3.1000000000000001</v></c></row>'
    '<row r="5"><c r="A5" t="str"><v>Bad</v></c><c r="C5" t="e"><v>#N/A</v></c></row>'
)


def test_cells_are_what_is_shown() -> None:
    source = Source("q.xlsx", workbook(ROWS, styles=STYLES, texts=TEXTS))
    reading = read_source(source)
    assert reading.shape == "Excel workbook, sheet 'First' of 2"
    assert [(dict(each.fields), str(each.location)) for each in reading.questions] == [
        ({"question": "What is A?", "answer": "007"}, "q.xlsx/First:3:1"),
        ({"question": "Which?", "answer": "3.10"}, "q.xlsx/First:4:1"),
        ({"question": "Bad", "answer": "#N/A"}, "q.xlsx/First:5:1"),
    ]
    assert [str(each) for each in reading.left_aside] == ["q.xlsx/First:5:1: cell C5 holds an error, #N/A"]


def test_a_sheet_by_name() -> None:
    cell = '<row r="{}"><c t="inlineStr"><is><t>{}</t></is></c></row>'
    second = cell.format(1, "q") + cell.format(2, "Why?")
    data = workbook("", second=second)
    reading = read_source(Source("q.xlsx", data, wishes=Wishes(sheet="second")))
    assert [dict(each.fields) for each in reading.questions] == [{"question": "Why?"}]
    with pytest.raises(UsageError) as caught:
        read_source(Source("q.xlsx", data, wishes=Wishes(sheet="Secnd")))
    assert (caught.value.message, caught.value.hint) == (
        "--sheet: no sheet 'Secnd' in q.xlsx",
        "did you mean 'Second'?",
    )


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("7", "000", "007"),
        ("3.1000000000000001", "0.00", "3.10"),
        ("3.1000000000000001", "General", "3.1"),
        ("100000", "General", "100000"),
        ("1E+20", "General", "1E+20"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("0.125", "0%", "13%"),
        ("0.125", "0.0%", "12.5%"),
        ("-5", '0.00" €"', "-5.00 €"),
        ("5", '"$"#,##0', "$5"),
        ("45000", "yyyy-mm-dd", "2023-03-15"),
        ("45000.75", "dd.mm.yyyy hh:mm", "15.03.2023 18:00"),
        ("0.5", "h:mm AM/PM", "12:00 PM"),
        ("1", "d mmmm yyyy", "1 January 1900"),
        ("abc", "0.00", "abc"),
        ("2.50", "0.0#", "2.5"),
        ("5", "@", "5"),
    ],
)
def test_numbers_are_shown_as_excel_shows_them(value: str, code: str, shown: str) -> None:
    assert show_number(value, code) == shown


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-40], lambda data: data.replace(b"worksheets/sheet1.xml", b"worksheets/sheet9.xml")],
)
def test_a_damaged_workbook_is_refused(damage: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        read_source(Source("q.xlsx", damage(workbook(ROWS, texts=TEXTS)), wishes=Wishes(shape="xlsx")))
    assert [str(each) for each in caught.value.problems] == [
        "q.xlsx: this is not an Excel workbook, or a damaged one"
    ]


def test_a_part_that_unpacks_beyond_its_limit_is_refused() -> None:
    limits = replace(USUAL, deck=2_000)
    row = '<row r="1"><c t="inlineStr"><is><t>q</t></is></c></row>'
    with pytest.raises(LimitExceeded):
        read_source(Source("q.xlsx", workbook(row * 100), limits=limits))


def test_the_first_sheet_with_something_in_it_is_read() -> None:
    cell = '<row r="{}"><c t="inlineStr"><is><t>{}</t></is></c></row>'
    second = cell.format(1, "Question") + cell.format(2, "Why?")
    reading = read_source(Source("q.xlsx", workbook("", second=second)))
    assert reading.shape == "Excel workbook, sheet 'Second' of 2"


def test_sheets_that_are_not_read_are_named() -> None:
    cell = '<row r="{}"><c t="inlineStr"><is><t>{}</t></is></c></row>'
    sheet = cell.format(1, "Question") + cell.format(2, "Why?")
    odd = '<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>'
    reading = read_source(Source("q.xlsx", workbook(sheet, second=odd)))
    assert [(str(each), each.hint) for each in reading.left_aside] == [
        ("q.xlsx/Second: another sheet, 'Second': left aside", "it is read with --sheet Second")
    ]
    assert read_source(Source("q.xlsx", workbook(sheet))).left_aside == ()
    wished = Source("q.xlsx", workbook(odd, second=sheet), wishes=Wishes(sheet="Second"))
    assert read_source(wished).left_aside == ()
