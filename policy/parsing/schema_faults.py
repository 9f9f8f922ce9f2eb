"""What does a fault that pydantic found mean for the person who wrote the YAML, and where does it stand?"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policy.parsing.yaml_source import Fault, Loc, Source

Schema = dict[str, Any]
LONGEST_SHOWN = 60
PATTERNS = {
    r"^[a-z][a-z0-9_]{1,39}$": "2 to 40 small letters, digits or _, the first a letter",
    r"^[A-Z]{3}$": "three capital letters such as EUR",
    r"^[A-Z]{2}$": "two capital letters such as IT",
}


def schema_faults(source: Source, model: type[BaseModel], error: ValidationError) -> Iterator[Fault]:
    """Every fault of the model, at its place in the text."""
    schema = _schema(model)
    for found in error.errors(include_url=False):
        loc, parent = _walk(schema, found["loc"])
        if found["type"] == "extra_forbidden":
            yield source.key_fault(loc, f"unknown key; {expected(str(loc[-1]), list(parent.get('properties', {})))}")
        elif "[key]" in found["loc"]:
            yield source.key_fault(loc, _says(found))
        elif found["type"].startswith("union_tag"):
            yield source.fault((*loc, _discriminator(found)), _says(found))
        else:
            yield source.fault(loc, _says(found))


@cache
def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


def _walk(schema: Schema, loc: Loc) -> tuple[Loc, Schema]:
    """The path without the tags that pydantic adds for unions, and the schema in which its last part stands."""
    clean: list[str | int] = []
    parent = node = schema
    for part in loc:
        node = _resolved(schema, node)
        kinds = node.get("discriminator", {}).get("mapping", {})
        if part in kinds:
            node = {"$ref": kinds[part]}
        elif part != "[key]":
            clean.append(part)
            parent, node = node, _below(node, part)
    return tuple(clean), parent


def _below(node: Schema, part: str | int) -> Schema:
    if isinstance(part, int):
        found = node.get("items", {})
    else:
        found = node.get("properties", {}).get(part) or node.get("additionalProperties")
    return found if isinstance(found, dict) else {}


def _resolved(schema: Schema, node: Schema) -> Schema:
    if "anyOf" in node:
        node = next(choice for choice in node["anyOf"] if choice.get("type") != "null")
    if "$ref" in node:
        found: Schema = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        return found
    return node


def _says(found: ErrorDetails) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind in ("missing", "union_tag_not_found"):
        return "is missing; expected it here"
    if kind == "union_tag_invalid":
        return f"{context['tag']!r} is not known; {expected(context['tag'], _quoted(context['expected_tags']))}"
    if kind in ("literal_error", "enum"):
        return f"{_shown(found)} is not known; {expected(str(found['input']), _quoted(context['expected']))}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return f"{_shown(found)} does not fit; expected {PATTERNS.get(context['pattern'], context['pattern'])}"
    return f"{_shown(found)} does not fit; expected {_wish(found['msg'])}"


def expected(word: str, known: Sequence[str]) -> str:
    """What stands in the place of an unknown word: the nearest known one, and all of them."""
    close = get_close_matches(word, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}expected one of {', '.join(known)}"


def _wish(message: str) -> str:
    """`Input should be a valid integer, unable to parse ...` -> `a valid integer`."""
    wish = re.sub(r"^\w+ should (be |have )?", "", message).split(",")[0].removesuffix(" after validation")
    return f"a number {wish}" if wish.startswith(("greater", "less")) else wish


def _shown(found: ErrorDetails) -> str:
    value = found["input"]
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}...")
    return "a list" if isinstance(value, list) else "a mapping"


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _discriminator(found: ErrorDetails) -> str:
    return str(found.get("ctx", {}).get("discriminator", "do")).strip("'")
