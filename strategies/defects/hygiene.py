"""Defects of recordings: secrets and personal data in them, their age, the contract that they were made with."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ...schemas.rules import Part
from .record import Defect, broken
from .sites import answer_sites, message_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD: Final = string.ascii_letters + string.digits
_DATES: Final = ("Thu, 01 Jun 2023 12:00:00 GMT", "Fri, 01 Jan 2021 00:00:00 GMT", "Sat, 29 Feb 2020 23:59:59 GMT")


def _of(alphabet: str, length: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=length, max_size=length)


@st.composite
def secret(draw: st.DrawFn) -> Defect:
    """IP504: a token or a key in a subject."""
    site = draw(message_sites())
    jwt = st.tuples(*[_of(_WORD, 12)] * 3).map(lambda parts: "eyJ{}.eyJ{}.{}".format(*parts))
    key = st.sampled_from(("-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----"))
    token = _of(_WORD, 36).map("ghp_{}".format) | _of(string.ascii_uppercase, 16).map("AKIA{}".format)
    return broken("IP504", site.sample, site.pointer("subject"), draw(jwt | key | token), pointer="")


@st.composite
def person(draw: st.DrawFn) -> Defect:
    """IP505: an address in a subject that may be somebody's."""
    site = draw(message_sites())
    address = _of(string.ascii_lowercase, 6).map("{}@post.de".format)
    return broken("IP505", site.sample, site.pointer("subject"), draw(address), pointer="")


@st.composite
def old(draw: st.DrawFn) -> Defect:
    """IP506: an answer given years ago."""
    sample = draw(answer_sites()).sample
    return broken("IP506", sample, "/date", draw(st.sampled_from(_DATES)), part=Part.RESPONSE_HEADERS)


@st.composite
def other_contract(draw: st.DrawFn) -> Defect:
    """IP507: the digest of another contract."""
    sample = draw(answer_sites()).sample
    digest = draw(_of(string.hexdigits[:16], 64))
    return broken("IP507", sample, "/x-interpact-contract", digest, part=Part.RESPONSE_HEADERS)


HYGIENE: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP504": secret(),
    "IP505": person(),
    "IP506": old(),
    "IP507": other_contract(),
}
"""The strategies of this file by the rule that they break."""
