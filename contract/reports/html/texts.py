"""Texts of unknown origin on a page: cut where they are long, and nothing in them is hidden."""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import Any, Final

from markupsafe import Markup, escape

LONGEST: Final = 400
"""Characters of a text that are shown: five lines of a page that is read with ease, and each is some bytes of it."""

_MARKS: Final = 3
"""Marks on one letter (Unicode general category M): no writing in use needs more, and more paint over other lines."""

_DURATIONS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def visible(value: Any) -> str:
    r"""The text of a value as a page may show it; markup of our own as it is.

    Controls, and what changes the direction of the text around it (U+202E), has no width or no meaning, are replaced
    by their names; so are marks that pile up on one letter.

    >>> visible("invoice\u202ecod.exe"), visible("a\x00b"), visible(7)
    ('invoice[U+202E]cod.exe', 'a[U+0000]b', '7')
    >>> visible("x" * 1_000_000)[-22:]
    '(1,000,000 characters)'
    """
    if isinstance(value, Markup):
        return value
    text = str(value)
    shown = text[:LONGEST]
    if not shown.isascii() or not shown.isprintable():
        runs = groupby(shown, key=_is_mark)
        shown = "".join(_marks("".join(run)) if are_marks else "".join(map(_shown, run)) for are_marks, run in runs)
    return shown if len(text) <= LONGEST else f"{shown}... ({len(text):,} characters)"


def prose(text: str) -> Markup:
    """A text of our own, in which what stands between backticks is code.

    >>> prose("`count` < 1")
    Markup('<code>count</code> &lt; 1')
    """
    parts = enumerate(text.split("`"))
    return Markup().join(Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in parts)


def breakable(text: str) -> Markup:
    """A word that may go on in the next line after each `_`, rather than anywhere.

    >>> breakable("SOFT_BOUNCED")
    Markup('SOFT_<wbr>BOUNCED')
    """
    return Markup("_<wbr>").join(map(escape, visible(text).split("_")))


def plural(count: int, noun: str, many: str | None = None) -> str:
    """A number of things.

    >>> plural(1, "exchange"), plural(12_000, "exchange"), plural(2, "entry", "entries")
    ('1 exchange', '12,000 exchanges', '2 entries')
    """
    return f"{count:,} {noun if count == 1 else many or f'{noun}s'}"


def percent(part: int, whole: int) -> str:
    """A share in words: all and none only where it is all or none.

    >>> percent(1, 3), percent(9_999, 10_000), percent(1, 10_000), percent(3, 3), percent(0, 0)
    ('33%', '>99%', '<1%', '100%', '0%')
    """
    if not part:
        return "0%"
    if part * 100 < whole:
        return "<1%"
    return ">99%" if part < whole and part * 100 > whole * 99 else f"{round(part * 100 / whole)}%"


def duration(seconds: int) -> str:
    """A time in the largest unit that fits it.

    >>> duration(0), duration(90), duration(43_200)
    ('0 s', '90 s', '12 h')
    """
    size, unit = next((one for one in _DURATIONS if seconds and seconds % one[0] == 0), (1, "s"))
    return f"{seconds // size} {unit}"


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")


def _marks(run: str) -> str:
    return run[:_MARKS] + "".join(map(_named, run[_MARKS:]))


def _shown(letter: str) -> str:
    return letter if letter.isprintable() or unicodedata.category(letter) == "Zs" else _named(letter)


def _named(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"
