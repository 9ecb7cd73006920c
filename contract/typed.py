"""Compiled acceptance: a JSON Schema as msgspec types, so that a clean body is accepted at the speed of parsing.

The types are as strict as the schema or stricter (no undeclared property, no fraction on an integer), so whatever
they accept the schema accepts; a body that they refuse is judged by the schema itself. Constraints that a frame rule
owns are left to the frames.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..schemas.document import Schema, load
from ..schemas.frames import FRAME_RULES
from ..schemas.values import is_array, is_object

_MIN: Final = -(2**63)
_ENCODER: Final = msgspec.json.Encoder()
_SCALARS: Final = {"string": str, "boolean": bool}


@cache
def decoder(*, strict: bool = True) -> msgspec.json.Decoder[Any]:
    """The decoder of response bodies; one that is not strict passes over undeclared properties."""
    return msgspec.json.Decoder(struct(None, strict=strict))


def definition(items: Any) -> str | None:
    """The name of the definition of the response document that the items of an array have, if they have one.

    >>> definition({"$ref": "#/$defs/Remark"})
    'Remark'
    """
    name = items.get("$ref", "").rpartition("/")[2] if is_object(items) else ""
    return name if name in load("response")["$defs"] else None


def is_accepted(value: Any, name: str, *, strict: bool = False) -> bool:
    """Whether a parsed value has the structure of a definition; undeclared properties matter only if `strict`.

    >>> is_accepted({"code": 7, "message": "x", "more": 1}, "Remark"), is_accepted({"code": "7"}, "Remark")
    (True, False)
    """
    return converted(value, name, strict=strict) is not None


def converted(value: Any, name: str, *, strict: bool = True) -> msgspec.Struct | None:
    """A parsed value as the object of a definition, or `None` where it has another structure.

    >>> converted({"code": 7, "message": "x"}, "Remark")
    Remark(code=7, message='x', status=UNSET)
    """
    try:
        return msgspec.convert(value, struct(name, strict=strict))
    except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        return None


def is_text(row: msgspec.Struct) -> bool:
    """Whether the strings in an object are text: without lone surrogates.

    >>> is_text(converted({"code": 7, "message": chr(0xD800)}, "Remark"))
    False
    """
    try:
        _ENCODER.encode(row)
    except UnicodeEncodeError:
        return False
    return True


@cache
def struct(name: str | None, *, strict: bool = True) -> type[msgspec.Struct]:
    """The type of an object of the response document: of the body, or of the definition with this name."""
    document = load("response")
    schema = document if name is None else document["$defs"][name]
    required = schema["required"]
    fields = [
        (key, _type(declared, strict)) if key in required else (key, _type(declared, strict) | UnsetType, UNSET)
        for key, declared in sorted(schema["properties"].items(), key=lambda pair: pair[0] not in required)
    ]
    return msgspec.defstruct(name or "Body", fields, forbid_unknown_fields=strict, gc=False)


def _type(schema: Schema, strict: bool) -> Any:  # noqa: FBT001 - passed through, cached by position
    if "$ref" in schema:
        return struct(schema["$ref"].rpartition("/")[2], strict=strict)
    kind = schema["type"]
    if is_array(kind):
        (bare,) = (one for one in kind if one != "null")
        return _type(schema | {"type": bare}, strict) | None
    if kind == "array":
        return _array(schema, strict)
    return _integer(schema) if kind == "integer" else _SCALARS[kind]


def _array(schema: Schema, strict: bool) -> Any:  # noqa: FBT001 - passed through
    """A list of objects; one of anything is refused as soon as it holds something, and so goes the slow way."""
    if holds_nothing(schema):
        return Annotated[list[Any], Meta(max_length=0)]
    return list[_type(schema["items"], strict)]


def holds_nothing(schema: Schema) -> bool:
    """Whether a schema is that of an array which is refused as soon as it holds something.

    >>> holds_nothing({"type": "array", "items": True}), holds_nothing({"type": "string"})
    (True, False)
    """
    kind = schema.get("type")
    if kind != "array" and not (is_array(kind) and "array" in kind):
        return False
    return schema.get("items", True) is True or schema.get("maxItems") == 0


def bounds(schema: Schema) -> tuple[int, int]:
    """The least and the largest integer of a schema, those bounds that a frame rule owns left aside."""
    least = schema.get("minimum", _MIN) if schema["x-interpact-owners"].get("minimum") not in FRAME_RULES else _MIN
    return least, schema["maximum"]


def _integer(schema: Schema) -> Any:
    least, most = bounds(schema)
    return Annotated[int, Meta(ge=least, le=most)]
