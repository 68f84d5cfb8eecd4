"""A number and its format in Excel → what is shown: `007`, `3.10`, `12 %`, a date.

Source: ECMA-376, part 1, 18.8.30 (number formats), 18.17.4 (dates). What depends on the country (14: a short date)
is written as in ISO 8601.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

BUILT_IN = {
    "0": "General",
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "9": "0%",
    "10": "0.00%",
    "11": "0.00E+00",
    "12": "# ?/?",
    "13": "# ??/??",
    "14": "yyyy-mm-dd",
    "15": "d-mmm-yy",
    "16": "d-mmm",
    "17": "mmm-yy",
    "18": "h:mm AM/PM",
    "19": "h:mm:ss AM/PM",
    "20": "h:mm",
    "21": "h:mm:ss",
    "22": "yyyy-mm-dd h:mm",
    "37": "#,##0",
    "38": "#,##0",
    "39": "#,##0.00",
    "40": "#,##0.00",
    "45": "mm:ss",
    "46": "[h]:mm:ss",
    "47": "mm:ss.0",
    "48": "##0.0E+0",
    "49": "@",
}
"""Formats that every workbook has, by their numbers."""

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[(?:\$([^\]-]*)[^\]]*|[A-Za-z]+\d*|[<>=][^\]]*)\]')
_NUMBER = re.compile(r"(?P<hash>[#0?,]*[0#])?(?:\.(?P<places>[0#?]+))?(?P<percent>%)?")
_DATE = re.compile(r"y{1,4}|m{1,5}|d{1,4}|h{1,2}|s{1,2}(?:\.0+)?|AM/PM|A/P", re.IGNORECASE)
_HELD = 0xE000
"""The first of the private-use characters that replace the literal parts of a format."""
_LONGEST_FORMAT = 500
"""Characters of a format that is followed."""
_DAY_AFTER_LAST = 2_958_466
"""The day after 9999-12-31."""


def is_date(code: str) -> bool:
    """Report whether a format shows a date or a time."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code.split(";", maxsplit=1)[0])
    return re.search(r"[ymdhs]", bare, re.IGNORECASE) is not None and not re.fullmatch(
        "General", bare, re.IGNORECASE
    )


@lru_cache(maxsize=512)
def is_shown_exactly(code: str) -> bool:
    """Report whether show_number() follows a format."""
    if code.casefold() in ("general", "@", "") or is_date(code):
        return "[h]" not in code.casefold()
    return _split_format(code) is not None


def show_number(value: str, code: str, *, is_1904: bool = False) -> str:
    """Return what Excel shows of a number.

    Args:
        value: As the sheet has it: `3.1000000000000001`.
        code: The number format: `0.00`.
        is_1904: Days are counted from 1904 on, as in old workbooks of the Macintosh.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or number.adjusted() > 300:
        return value
    if code == "@" or code.casefold() in ("general", ""):
        return _general(number)
    if is_date(code):
        return _date(number, code, is_1904=is_1904)
    parts = _split_format(code)
    return _general(number) if parts is None else _format_number(number, *parts)


def _general(number: Decimal) -> str:
    """Return a number as Excel does without a format: up to 11 digits, no zeros at the end."""
    shown = f"{float(number):.11g}"
    return shown.replace("e", "E")


@lru_cache(maxsize=512)
def _split_format(code: str) -> tuple[str, re.Match[str], str] | None:
    """Return what stands before a number, its form, and what stands behind; None for a form that is not followed."""
    first = code.split(";", maxsplit=1)[0]
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(next((part for part in found.groups() if part), ""))
        return chr(_HELD + len(held) - 1)

    if len(first) > _LONGEST_FORMAT or re.search("[\ue000-\uefff]", first):
        return None
    bare = _LITERAL.sub(hold, first)
    found = re.search(r"[#0?][#0?,]*(?:\.[0#?]+)?%?|\.[0#?]+%?", bare)
    if found is None:
        return None
    before, behind = bare[: found.start()], bare[found.end() :]
    if re.search(r"[#0?%@eE/,.]", re.sub("[\ue000-\uefff]", "", before + behind)):
        return None
    form = _NUMBER.fullmatch(found[0])
    if form is None:
        return None

    def shown(text: str) -> str:
        return re.sub("[\ue000-\uefff]", lambda hit: held[ord(hit[0]) - _HELD], text)

    return shown(before), form, shown(behind)


def _format_number(number: Decimal, before: str, form: re.Match[str], behind: str) -> str:
    places = form["places"] or ""
    number = number * 100 if form["percent"] else number
    rounded = (
        number.quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP) if number.adjusted() < 20 else number
    )
    whole = form["hash"] or ""
    text = f"{abs(rounded):,f}" if "," in whole else f"{abs(rounded):f}"
    left, _, right = text.partition(".")
    left = left.rjust(whole.count("0"), "0")
    optional = len(places) - len(places.rstrip("#?"))
    while optional and right.endswith("0"):
        right, optional = right[:-1], optional - 1
    sign = "-" if rounded < 0 else ""
    return f"{sign}{before}{left}{'.' if right else ''}{right}{form['percent'] or ''}{behind}"


def _date(number: Decimal, code: str, *, is_1904: bool) -> str:
    days = float(number)
    if not 0 <= days < _DAY_AFTER_LAST:
        return _general(number)
    if is_1904:
        days += 1462
    elif days < 60:  # Excel has a 29 February 1900
        days += 1
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(days * 86_400))  # noqa: DTZ001 - of no zone
    first = code.split(";", maxsplit=1)[0]
    half = "AM/PM" in first.upper() or "A/P" in first.upper()
    shown: list[str] = []
    at = 0
    was = ""
    pattern = re.compile(f"{_LITERAL.pattern}|(?P<date>{_DATE.pattern})", re.IGNORECASE)
    for found in pattern.finditer(first):
        shown.append(first[at : found.start()])
        token = (found["date"] or "").lower()
        if token:
            following = _DATE.search(first, found.end())
            is_minute = token in ("m", "mm") and (
                was.startswith("h") or (following or [""])[0].lower().startswith("s")
            )
            shown.append(_part(moment, "minute" + token if is_minute else token, half=half))
            was = token
        else:
            shown.append(next((part for part in found.groups()[:3] if part), ""))
        at = found.end()
    shown.append(first[at:])
    return "".join(shown).strip()


def _part(moment: datetime, token: str, *, half: bool) -> str:
    hour = moment.hour % 12 or 12 if half else moment.hour
    values = {
        "d": f"{moment.day}",
        "dd": f"{moment.day:02}",
        "ddd": _DAYS[moment.weekday()][:3],
        "dddd": _DAYS[moment.weekday()],
        "m": f"{moment.month}",
        "mm": f"{moment.month:02}",
        "mmm": _MONTHS[moment.month - 1][:3],
        "mmmm": _MONTHS[moment.month - 1],
        "mmmmm": _MONTHS[moment.month - 1][:1],
        "y": f"{moment.year % 100:02}",
        "yy": f"{moment.year % 100:02}",
        "yyy": f"{moment.year}",
        "yyyy": f"{moment.year}",
        "h": f"{hour}",
        "hh": f"{hour:02}",
        "minutem": f"{moment.minute}",
        "minutemm": f"{moment.minute:02}",
        "s": f"{moment.second}",
        "ss": f"{moment.second:02}",
        "am/pm": "PM" if moment.hour > 11 else "AM",
        "a/p": "P" if moment.hour > 11 else "A",
    }
    return values.get(token.split(".", maxsplit=1)[0], "")
