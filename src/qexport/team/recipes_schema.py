"""The JSON Schema of a `qexport.toml`, for editors: made from the table of settings."""

from __future__ import annotations

from collections.abc import Mapping

from qexport.common.formats import RECIPES_FORMAT
from qexport.common.limits import LIMITS, Limit
from qexport.team.recipes import FORMAT_KEY, RECIPE_NAME, SETTINGS, Setting

RECIPES_SCHEMA = "docs/qexport.schema.json"


def recipes_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of a `qexport.toml`."""
    settings = {setting.name: _setting_schema(setting) for setting in SETTINGS.values()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Recipes of qexport",
        "description": "Named builds. Settings above the recipes hold for all of them.",
        "type": "object",
        "properties": {
            FORMAT_KEY: {"const": RECIPES_FORMAT, "description": "The number of this format. Without it, 1."},
            "default": {
                "type": "string",
                "description": "The recipe that qexport build makes when none is named.",
            },
            **settings,
            "limits": {
                "type": "object",
                "description": "The limits of what is read, for example 500, 64M or 1G.",
                "properties": {name: _limit_property(limit) for name, limit in LIMITS.items()},
                "additionalProperties": False,
            },
            "recipes": {
                "type": "object",
                "propertyNames": {"pattern": f"^{RECIPE_NAME}$"},
                "additionalProperties": {"$ref": "#/$defs/recipe"},
                "minProperties": 1,
            },
        },
        "required": ["recipes"],
        "additionalProperties": False,
        "$defs": {"recipe": {"type": "object", "properties": settings, "additionalProperties": False}},
    }


def _limit_property(limit: Limit) -> dict[str, object]:
    number = {"type": "integer", "minimum": 1, "maximum": limit.highest}
    text = {"type": "string", "pattern": "^[0-9_]+[kKmMgG]?[bB]?$"}
    return {
        "description": f"The most {limit.unit} of {limit.limits}.",
        "anyOf": [number, text],
        "default": limit.default,
    }


def _setting_schema(setting: Setting) -> dict[str, object]:
    text: dict[str, object] = {"type": ["string", "number"]}
    if setting.choices:
        text = {"enum": [*setting.choices, *(int(choice) for choice in setting.choices if choice.isdigit())]}
    shapes: Mapping[str, dict[str, object]] = {
        "flag": {"type": "boolean"},
        "number": {"type": "integer", "minimum": setting.lowest},
        "text": text,
        "texts": {
            "anyOf": [text, {"type": "array", "items": text, **({"minItems": 1} if setting.choices else {})}]
        },
    }
    shape = shapes[setting.kind]
    if setting.kind == "text" and setting.part == "options" and not setting.choices:
        shape = shapes["texts"]
    return {"description": setting.description, **shape}
