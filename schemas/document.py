"""The OpenAPI document at run time: read from its derived copy, since JSON loads fifty times faster than YAML."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from .values import is_array, is_object

Schema = dict[str, Any]
"""A JSON Schema as Python values."""

DOCUMENTS: Final = {
    "response": "response.schema.json",
    "error": "error.schema.json",
    "request": "request.schema.json",
    "openapi": "openapi.json",
}
"""Names of the derived documents and their files in `schemas/derived/`."""


def text(name: str) -> str:
    """The text of a derived document, one of `DOCUMENTS`.

    >>> text("response").lstrip()[0]
    '{'
    """
    return files("interpact.schemas").joinpath("derived", DOCUMENTS[name]).read_text(encoding="utf-8")


@cache
def load(name: str) -> Schema:
    """A derived document as Python values; shared, so never change it.

    >>> load("response")["$schema"]
    'https://json-schema.org/draft/2020-12/schema'
    """
    return json.loads(text(name))


def without_extensions() -> Schema:
    """The OpenAPI document, anew, without extensions: Schemathesis would take them for constraints to be broken.

    >>> "x-interpact-known" in str(without_extensions())
    False
    """
    return _plain(load("openapi"))


def _plain(value: Any) -> Any:
    if is_object(value):
        return {name: _plain(member) for name, member in value.items() if not name.startswith("x-")}
    return [_plain(item) for item in value] if is_array(value) else value


@cache
def digest() -> str:
    """SHA-256 of the OpenAPI document, in hexadecimal digits; the order of its members and its layout do not matter.

    >>> len(digest())
    64
    """
    canonical = json.dumps(load("openapi"), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Operation:
    """The one HTTP operation that the document describes."""

    method: str
    path: str
    parameters: dict[str, Schema]
    """Query parameters by name, each with its JSON Schema."""
    required: frozenset[str]


@cache
def operation() -> Operation:
    """The operation that the contract is about.

    >>> operation().path
    '/v2/customers/interaction'
    """
    (path, item), *_ = load("openapi")["paths"].items()
    (method, _), *_ = item.items()
    request = load("request")
    return Operation(method.upper(), path, request["properties"], frozenset(request["required"]))


@cache
def secret_headers() -> frozenset[str]:
    """Header fields, in lower case, in which the API's own security schemes carry a credential.

    >>> sorted(secret_headers())
    ['x-cap-api-oauth-token']
    """
    schemes = load("openapi")["components"]["securitySchemes"].values()
    return frozenset(scheme["name"].lower() for scheme in schemes if scheme.get("in") == "header")


@cache
def correlation_headers() -> frozenset[str]:
    """Response fields, in lower case, that identify an exchange in the provider's logs.

    >>> sorted(correlation_headers())
    ['x-cap-requestid']
    """
    (item, *_) = load("openapi")["paths"].values()
    responses = item["get"]["responses"].values()
    headers = [pair for response in responses for pair in response.get("headers", {}).items()]
    return frozenset(name.lower() for name, header in headers if header.get("x-interpact-correlation"))


def resolve(schema: Any, root: Schema) -> Schema:
    """`schema` itself, or what its `$ref` into `$defs` of `root` says; `True` is the empty schema.

    >>> resolve({"$ref": "#/$defs/Entry"}, load("response"))["required"]
    ['count', 'name']
    """
    if not is_object(schema):
        return {}
    reference = schema.get("$ref")
    return schema if reference is None else root["$defs"][reference.rpartition("/")[2]]
