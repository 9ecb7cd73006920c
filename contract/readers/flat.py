"""Flat records: JSON objects, as logs and warehouses write them, one member of which is the body of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from .json_text import BrokenJsonError, load, members, outline, unsigned
from .own import is_body, may_be_body
from .record import exchange_of, is_record
from .tables.columns import Layout, is_asked, is_body_name, with_body
from .tables.rows import record_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..decoding import Allowance
    from ..exchange import Exchange, Place
    from .base import Problem

_FLAGS: Final = ("isBase64Encoded", "is_base64", "base64", "encoding", "bodyEncoding", "body_encoding", "truncated")
"""Members that say how the body is written; only a record of an exchange has them beside one."""


class FlatRecords:
    """The flat records of one file; the first one tells which member is the body, unless the user did."""

    def __init__(self, wanted: str | None = None) -> None:
        """`wanted`: the member that the user said holds the bodies."""
        self._wanted = wanted
        self._layout: Layout | None = None

    def exchange(self, text: bytes, place: Place, allowance: Allowance) -> Exchange | Problem | None:
        """The exchange in the JSON text of a flat record; `None` where it is something else, such as a body."""
        try:
            parts = members(text)
        except BrokenJsonError:
            return None
        layout = self._layout if self._layout is not None and self._is_alike(parts) else layout_of(parts, self._wanted)
        if layout is None:
            return None
        self._layout = layout
        try:
            return exchange_of(_record(parts, layout), place, allowance)
        except BrokenJsonError:
            return None

    def _is_alike(self, parts: Mapping[str, bytes]) -> bool:
        return self._layout is not None and self._layout.body in parts and not is_body(parts)


def layout_of(parts: Mapping[str, bytes], wanted: str | None = None) -> Layout | None:
    """What the members of a flat record are for; `None` for an object that is none.

    An object that is the body counts only where a URL or a method stands beside it, or where it is called that:
    otherwise it may be a body that a service wrapped.

    >>> layout_of({"at": b"1", "payload": b'"{}"'})
    >>> layout_of({"at": b"1", "payload": b'{}', "url": b'"/v2"'}, "payload").roles
    (('url', 'url'),)
    """
    if wanted is not None:
        return with_body(parts, wanted) if wanted in parts else None
    if is_body(parts):
        return None
    asked = is_asked(with_body(parts, ""))
    for name, value in parts.items():
        named = is_body_name(name)
        if _is_text_of_body(value) or ((named or asked) and _is_body(value)) or (named and asked):
            return with_body(parts, name)
    return None


def is_ours(text: bytes) -> bool:
    """Whether a JSON object, which may be cut, is a body, or a record of one.

    >>> is_ours(b'{"name": "", "errors": []}'), is_ours(b'{"version": 1, "scripts": {}}')
    (True, False)
    """
    keys = outline(text).keys
    return is_record(keys) or may_be_body(keys) or is_flat(text)


def is_flat(text: bytes) -> bool:
    r"""Whether a JSON text, which may be cut, is a flat record.

    >>> is_flat(b'{"status": 200, "body": "{\\"name\\": \\"\\", \\"interaction\\": [')
    True
    """
    return layout_of({part.key: text[part.start : part.end] for part in outline(text).parts if part.key}) is not None


def _is_body(value: bytes) -> bool:
    return value.startswith(b"{") and is_body(outline(value).keys)


def _is_text_of_body(value: bytes) -> bool:
    if not value.startswith(b'"') or b"{" not in value:
        return False
    try:
        text = load(value if value.endswith(b'"') and value != b'"' else value.rstrip(b"\\") + b'"')
    except BrokenJsonError:
        return False
    start = unsigned(str(text).encode("utf-8", "surrogatepass"))
    return start.startswith(b"{") and may_be_body(outline(start).keys)


def _record(parts: Mapping[str, bytes], layout: Layout) -> dict[str, object]:
    row = {column: load(parts[column]) for _, column in layout.roles if column in parts}
    body = parts[layout.body]
    row[layout.body] = msgspec.Raw(body) if body.startswith((b"{", b"[")) else load(body)
    found = record_of(row, layout)
    told = {flag: load(parts[flag]) for flag in _FLAGS if flag in parts and flag != layout.body}
    return {**found, "response": {**found["response"], **told}}
