"""Texts: identifiers, receivers and subjects, each valid by construction."""

from __future__ import annotations

import string
from typing import Final

from hypothesis import strategies as st

_ALPHANUMERIC: Final = string.ascii_lowercase + string.digits + string.ascii_uppercase
_ATEXT: Final = _ALPHANUMERIC + "._+-!#$%&'*/=?^`{|}~"
_SOLID: Final = st.characters(categories=("L", "P", "S"), exclude_characters="\ufffd")
"""Characters that are never white space, nor digits of any script, nor the replacement character."""

_FREE: Final = st.characters(exclude_categories=("Cs", "Nd"), exclude_characters="\ufffd")
_PRINTABLE: Final = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd")
_PERCENT_WORTHY: Final = st.sampled_from("%&=+#/?;: é")

_WORDS: Final = ("Order", "4711", "is", "on", "its", "way:", "20%", "off", "til", "31.12.", "Grüße", "👋", "你好")
_MASKED: Final = ("Your OTP is ******", "OTP: XXXX", "****** is your OTP", "OTP")


def addresses() -> st.SearchStrategy[str]:
    """E-mail addresses: a dot-atom, an at sign, a domain name with a dot in it (RFC 5321 §4.1.2).

    >>> from hypothesis import find
    >>> find(addresses(), lambda address: True)
    'a@a.aa'
    """
    local = st.lists(_words(_ATEXT.replace(".", "")), min_size=1, max_size=2).map(".".join)
    labels = st.lists(_words(_ALPHANUMERIC + "-", last=_ALPHANUMERIC), min_size=1, max_size=2).map(".".join)
    top = st.text(string.ascii_lowercase, min_size=2, max_size=6)
    return st.builds("{}@{}.{}".format, local, labels, top)


def phone_numbers(*, min_size: int = 7, max_size: int = 15) -> st.SearchStrategy[str]:
    """Phone numbers with their country code: digits without a plus, the first one not 0 (facts.md §1; E.164).

    >>> from hypothesis import find
    >>> find(phone_numbers(), lambda number: True)
    '1000000'
    """
    return st.integers(10 ** (min_size - 1), 10**max_size - 1).map(str)


def external_ids() -> st.SearchStrategy[str]:
    """External ids: printable free text that is not blank, of any script (facts.md §1)."""
    around = st.text(_PERCENT_WORTHY | _PRINTABLE, max_size=8)
    return _around(around, st.characters(categories=("L", "N", "P", "S"), exclude_characters="\ufffd"))


def subjects(*, blank: bool = True) -> st.SearchStrategy[str]:
    """Subjects and short messages; with `blank=False` never without a visible character.

    A text of free characters has no digits, one of words has no "OTP", so none shows a one-time password
    (facts.md §4).
    """
    free = st.text(_FREE, max_size=16) if blank else _around(st.text(_FREE, max_size=8), _SOLID)
    words = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6).map(" ".join)
    return free | words | st.sampled_from(_MASKED)


def eastern(digits: str) -> str:
    """The same digits as they are written in Arabic, which `isdigit` takes for digits and the API does not.

    >>> eastern("7").isdigit(), eastern("7").isascii()
    (True, False)
    """
    return digits.translate({ord(digit): 0x660 + int(digit) for digit in string.digits})


def remarks() -> st.SearchStrategy[str]:
    """Texts for people, without lone surrogates and replacement characters."""
    return st.text(_PRINTABLE, max_size=24)


def _words(alphabet: str, *, last: str = "") -> st.SearchStrategy[str]:
    """Words that begin with a letter or digit, and end with one of `last` if it is given."""
    first = st.sampled_from(_ALPHANUMERIC)
    rest = st.text(alphabet, max_size=8)
    longer = st.builds(str.__add__, first, rest)
    return first | st.builds(str.__add__, longer, st.sampled_from(last)) if last else longer


def _around(texts: st.SearchStrategy[str], core: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("{}{}{}".format, texts, core, texts)
