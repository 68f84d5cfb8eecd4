"""Another bank's YAML → its questions, with their ids."""

from __future__ import annotations

from qexport.bank import yaml_reader
from qexport.bank.model import MATHS
from qexport.bank.schema import HEADER_FIELDS, QUESTION_FIELDS
from qexport.bank.validation import validate
from qexport.importers.source import Found, Reading, Source, SourceValue

_OF_HEADER = tuple(
    field.name for field in HEADER_FIELDS if field.name not in ("questions", "claims", "markup", "math")
)


def parse(source: Source) -> Reading:
    """Read a bank; InputRefused with all that is wrong in it."""
    bank, _ = validate(yaml_reader.parse_yaml(source.text, source.path, source.limits), source.limits)
    found = []
    for question in bank.questions:
        fields: dict[str, SourceValue] = {}
        for field in QUESTION_FIELDS:
            value = getattr(question, field.name)
            if field.name != "extra" and value not in ("", (), None):
                fields[field.name] = value if isinstance(value, tuple) else str(value)
        if question.markup == MATHS:
            fields["markup"] = "markdown"
        found.append(
            Found(location=question.location, fields=fields, extra=dict(question.extra), is_exact=True)
        )
    header: dict[str, SourceValue] = {name: value for name in _OF_HEADER if (value := getattr(bank, name))}
    if any(question.markup == MATHS for question in bank.questions):
        header["math"] = "true"
    columns = tuple((name, name) for name in dict.fromkeys(key for each in found for key in each.fields))
    return Reading(shape="a bank's YAML", questions=tuple(found), header=header, columns=columns)
