"""What was played of cassettes, and what nobody asked for: small enough to send with each test, and to add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ...exchange import Place

if TYPE_CHECKING:
    from collections.abc import Iterator


class Uses(msgspec.Struct):
    """For each file its entries of the contracted operation and those that were played, as the bits of two numbers.

    >>> one, other = Uses(), Uses()
    >>> one.add("a.yaml", held=0b1110, played=0b0010)
    >>> other.add("a.yaml", held=0b1110, played=0b1000)
    >>> one.merge(Uses.unpacked(other.packed()))
    >>> [str(place) for place in one.unplayed()]
    ['a.yaml entry 2']
    """

    files: dict[str, tuple[int, int]] = {}

    def __bool__(self) -> bool:
        """Whether any cassette was played."""
        return bool(self.files)

    def add(self, file: str, held: int, played: int = 0) -> None:
        """Take in what is known of a file."""
        before = self.files.get(file, (0, 0))
        self.files[file] = before[0] | held, before[1] | played

    def merge(self, other: Uses) -> None:
        """Take in what another test, or another process, used."""
        for file, (held, played) in other.files.items():
            self.add(file, held, played)

    def unplayed(self) -> list[Place]:
        """The entries of the contracted operation that were not played."""
        return [
            Place(file, entry=entry)
            for file, (held, played) in sorted(self.files.items())
            for entry in _bits(held & ~played)
        ]

    def packed(self) -> str:
        """A text that `unpacked` reads."""
        texts = {file: (f"{held:x}", f"{played:x}") for file, (held, played) in self.files.items()}
        return msgspec.json.encode(texts).decode()

    @classmethod
    def unpacked(cls, text: str) -> Uses:
        """What `packed` made a text of. Raises `msgspec.MsgspecError` for any other text."""
        texts = msgspec.json.decode(text, type=dict[str, tuple[str, str]])
        return cls({file: (int(held, 16), int(played, 16)) for file, (held, played) in texts.items()})


def _bits(number: int) -> Iterator[int]:
    return (at for at, bit in enumerate(reversed(f"{number:b}")) if bit == "1")
