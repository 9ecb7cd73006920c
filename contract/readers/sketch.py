"""What a JSON document is, by the keys near its beginning; it may be broken, or go on beyond the head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from .json_text import Outline, outline, unsigned
from .own import is_body

if TYPE_CHECKING:
    from .base import Head

_NOTHING: Final = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Sketch:
    """The keys of an object, or of the first object in an array, and what can be said of their values."""

    data: bytes
    found: Outline
    is_list: bool

    @property
    def keys(self) -> frozenset[str]:
        """The keys, as far as the head reaches."""
        return frozenset(self.found.keys)

    def inside(self, key: str) -> frozenset[str]:
        """The keys of the object at `key`, or of the first object in the array there."""
        part = self.found.find(key)
        return _NOTHING if part is None else frozenset(_object_at(self.data, part.start).keys)

    def begins(self, key: str, *texts: bytes) -> bool:
        """Whether the value at `key` is written like this."""
        part = self.found.find(key)
        return part is not None and self.data.startswith(texts, part.start)


def sketched(head: Head, *words: bytes) -> Sketch | None:
    """A sketch of a JSON document in which one of `words` occurs and which is no body; or `None`.

    >>> from .base import Head
    >>> sketched(Head(b'[{"a": 1, "b": {"c": 2}}]', whole=True), b'"c"').inside("b")
    frozenset({'c'})
    """
    data = unsigned(head.data)
    if not data.startswith((b"{", b"[")) or not any(word in data for word in words):
        return None
    found = _object_at(data, 0)
    return None if is_body(found.keys) else Sketch(data, found, data.startswith(b"["))


@lru_cache(maxsize=16)
def _object_at(data: bytes, start: int) -> Outline:
    """The object at `start`, or the first one in the array there; several readers look at the same ones."""
    if data[start : start + 1] == b"[":
        first = next((part for part in outline(data, start).parts if data[part.start : part.start + 1] == b"{"), None)
        return Outline((), None) if first is None else outline(data, first.start)
    return outline(data, start) if data[start : start + 1] == b"{" else Outline((), None)
