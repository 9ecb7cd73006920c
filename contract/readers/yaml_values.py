"""YAML as plain values: texts, bytes, lists and mappings, built from the parser's events one list item at a time.

Nothing else is ever constructed: no dates, no numbers, no objects of the recorder's language, and nothing through a
merge key. So no scalar can fail to convert, no tag can run code, and a file of any length needs the memory of one item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol, cast

from .bodies import from_base64
from .entries import Located

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH: Final = 100
"""Levels of nesting; cassettes have eight."""

MAX_ALIASED: Final = 64 * 1024 * 1024
"""Bytes that aliases may add to a file, each alias counted with everything that it stands for."""

_VALUE: Final = 64
"""Bytes that any value counts for, besides those of its text."""

_CORE: Final = "tag:yaml.org,2002:"
_BINARY: Final = frozenset({f"{_CORE}binary", "!binary"})
_KINDS: Final = ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
_PLAIN: Final = frozenset({None, "!", *(_CORE + kind for kind in _KINDS)})
_STARTS: Final = frozenset({"MappingStartEvent", "SequenceStartEvent"})
_ENDS: Final = frozenset({"MappingEndEvent", "SequenceEndEvent"})
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS: Final = {text: text.lower() == "true" for text in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,400}")
_NUMBER: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
"""Numbers of YAML 1.2 (§10.3.2), but those in octal and hexadecimal; neither is a date."""


class _Mark(Protocol):
    line: int
    column: int


class _Event(Protocol):
    """One event of the parser; those that begin a value have an anchor and a tag, scalars a value as well."""

    anchor: str | None
    tag: str | None
    value: str
    implicit: tuple[bool, bool]
    start_mark: _Mark


class BrokenYamlError(ValueError):
    """A text that is not YAML, or more than plain YAML. The message tells where, never what stands there."""


@dataclass(slots=True)
class _Open:
    """A list or a mapping that is being read."""

    value: list[object] | dict[str, object]
    anchor: str | None
    before: int
    key: str | None = None

    def add(self, value: object, event: _Event) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is None:
            self.key = _key(value, event)
        else:
            self.value[self.key] = value
            self.key = None


@dataclass(slots=True)
class _Builder:
    """Builds values from events. Equal aliases share one value, and what they add is counted."""

    events: Iterator[_Event]
    typed: bool = False
    anchors: dict[str, tuple[object, int]] = field(default_factory=dict[str, tuple[object, int]])
    built: int = 0
    aliased: int = 0

    def build(self, event: _Event) -> object:
        """The value that begins with `event`."""
        stack: list[_Open] = []
        while True:
            kind = type(event).__name__
            if kind in _STARTS:
                stack.append(self._begin(event, {} if kind == "MappingStartEvent" else [], len(stack)))
            else:
                done = self._end(stack.pop()) if kind in _ENDS else self._single(event, kind)
                if not stack:
                    return done
                stack[-1].add(done, event)
            event = next(self.events)

    def _begin(self, event: _Event, value: list[object] | dict[str, object], depth: int) -> _Open:
        if event.tag not in _PLAIN:
            raise _refusal(event, "a tag other than those of plain YAML")
        if depth >= MAX_DEPTH:
            raise _refusal(event, f"more than {MAX_DEPTH} levels of nesting")
        return _Open(value, event.anchor, self.built)

    def _end(self, closed: _Open) -> object:
        self.built += _VALUE
        if closed.anchor is not None:
            self.anchors[closed.anchor] = (closed.value, self.built - closed.before)
        return closed.value

    def _single(self, event: _Event, kind: str) -> object:
        if kind == "AliasEvent":
            return self._alias(event)
        size = _VALUE + len(event.value)
        self.built += size
        value = _typed(event) if self.typed else _scalar(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, size)
        return value

    def _alias(self, event: _Event) -> object:
        if event.anchor is None or event.anchor not in self.anchors:
            raise _refusal(event, "an alias without an anchor before it")
        value, size = self.anchors[event.anchor]
        self.built += size
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise _refusal(event, "aliases that stand for too much")
        return value


def yaml_document(stream: BinaryIO) -> object:
    """The value of the first document, with numbers and booleans where YAML 1.2 has them; dates stay texts.

    Raises `BrokenYamlError`.

    >>> import io
    >>> yaml_document(io.BytesIO(b"{200: [1, 1.0, yes, true, 2023-01-01, '5']}"))
    {'200': [1, 1.0, 'yes', True, '2023-01-01', '5']}
    """
    return next(_parsed(stream, _first), None)


def yaml_items(stream: BinaryIO, keys: frozenset[str]) -> Iterator[object]:
    r"""The items of the lists that stand under one of `keys` in the mapping at the top of a YAML document.

    Raises `BrokenYamlError`, after the last whole item.

    >>> import io
    >>> list(yaml_items(io.BytesIO(b"a:\n- 1\n- {b: !!binary e30=}"), frozenset("a")))
    [Located(record='1', line=2), Located(record={'b': b'{}'}, line=3)]
    """
    return _parsed(stream, partial(_items, keys=keys))


def _parsed(stream: BinaryIO, read: Callable[[_Builder], Iterator[object]]) -> Iterator[object]:
    """What `read` makes of the events of a text; whatever the parser complains of is a `BrokenYamlError`."""
    import yaml  # noqa: PLC0415 - an adapter: few inputs need it

    parser: Any = yaml
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from read(_Builder(parser.parse(stream, Loader=loader)))
    except yaml.MarkedYAMLError as error:
        message = f"broken YAML{_where(error.problem_mark or error.context_mark)}"
        raise BrokenYamlError(message) from None
    except (yaml.YAMLError, UnicodeError):
        message = "broken YAML: characters that YAML does not allow, or an encoding that is not UTF-8"
        raise BrokenYamlError(message) from None


def _first(builder: _Builder) -> Iterator[object]:
    builder.typed = True
    for event in builder.events:
        if type(event).__name__ in {*_STARTS, "ScalarEvent"}:
            yield builder.build(event)
            return


def _items(builder: _Builder, keys: frozenset[str]) -> Iterator[object]:
    for event in builder.events:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            builder.anchors.clear()
        elif kind == "MappingStartEvent":
            yield from _members(builder, keys)
        elif kind in {"SequenceStartEvent", "ScalarEvent"}:
            raise _refusal(event, "no mapping at the top")


def _members(builder: _Builder, keys: frozenset[str]) -> Iterator[object]:
    while type(event := next(builder.events)).__name__ != "MappingEndEvent":
        key = _key(builder.build(event), event)
        value = next(builder.events)
        if key in keys and value.anchor is None and type(value).__name__ == "SequenceStartEvent":
            while type(item := next(builder.events)).__name__ != "SequenceEndEvent":
                yield Located(builder.build(item), item.start_mark.line + 1)
            continue
        whole = builder.build(value)
        if key in keys and isinstance(whole, list):
            yield from cast("list[object]", whole)


def _scalar(event: _Event) -> object:
    if event.tag in _BINARY:
        return from_base64(event.value)
    if event.tag not in _PLAIN:
        raise _refusal(event, "a tag other than those of plain YAML")
    return None if event.implicit[0] and event.value in _NULLS else event.value


def _typed(event: _Event) -> object:
    value = _scalar(event)
    if not event.implicit[0] or not isinstance(value, str):
        return value
    if value in _TRUTHS:
        return _TRUTHS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if _NUMBER.fullmatch(value) else value


def _key(value: object, event: _Event) -> str:
    if value == "<<":
        raise _refusal(event, "a merge key")
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, int | float):
        return event.value  # the key of a status, for example
    raise _refusal(event, "a key that is no text")


def _refusal(event: _Event, what: str) -> BrokenYamlError:
    return BrokenYamlError(f"YAML with {what}{_where(event.start_mark)}: no recorder writes this")


def _where(mark: _Mark | None) -> str:
    return "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
