"""A report as a text and back: for whoever carries one to another process, or keeps it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from .report import Group, Report


def packed(report: Report) -> str:
    """The report as one line of JSON text in ASCII or UTF-8, without anything that Python alone understands.

    >>> unpacked(packed(Report(inputs=3))).inputs
    3
    """
    members: dict[str, Any] = msgspec.structs.asdict(report)
    return msgspec.json.encode(members | {"found": list(report.found.values())}).decode()


def unpacked(text: str) -> Report:
    """The report that `packed` made a text of. Raises `msgspec.MsgspecError` for any other text."""
    members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    groups = msgspec.json.decode(members.pop("found", msgspec.Raw(b"[]")), type=list[Group])
    types = msgspec.structs.fields(Report)
    known = {field.name: _member(members[field.name], field.type) for field in types if field.name in members}
    return Report(**known, found={(group.code, group.part, group.where): group for group in groups})


def _member(text: msgspec.Raw, kind: Any) -> Any:
    if getattr(kind, "__origin__", kind) is Counter:
        return Counter(msgspec.json.decode(text, type=dict[str, int]))
    return msgspec.json.decode(text, type=kind)
