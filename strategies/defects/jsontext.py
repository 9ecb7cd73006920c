"""Defects of the text of a body: no JSON, not strictly JSON, or not in UTF-8 (IP401-IP408)."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ..edits import find, join, repeated, spelled, split
from ..entries import entries
from ..sample import text_of
from .record import Defect, broken
from .sites import Site, answer_sites, entry_sites, free_texts, spots

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_JSON: Final = (
    b"<!DOCTYPE html><html><body>Bad Gateway</body></html>", b'<?xml version="1.0"?><response/>', b"OK", b"undefined",
    b"{'name': 'capillary', 'interaction': []}", b"{name: 1}", b'{"name": "capillary",}', b'{"name" "capillary"}', b"{",
    b'{"name": "a\nb", "interaction": []}', b'{"name": "\\x41", "interaction": []}', b'{"interaction": [1, ]}', b"]",
    b'{"name": 01}', b'{"name": +1}', b'{"name": .5}', b'{"name": True}', b'{"name": 1 /* one */}', b'{"n": "\\u12"}',
    b")]}',\n{}", b'callback({"name": "a"});', b'{"name": "a", "interaction": []} {}', b"%PDF-1.7", b"\x00\x01\x02\x03",
    b'data: {"name": "a"}\n\n', b'"capillary', b"-", b"nul",
)  # fmt: skip
_NOT_NUMBERS: Final = ("NaN", "Infinity", "-Infinity")
_SURROGATES: Final = ("\\ud83d", "\\ude00", "\\uDFFF", "\\ude00\\ud83d", "caf\\udce9", "\\ud83dx")
_BAD_UTF8: Final = (b"\xe9", b"caf\xe9", b"\xff", b"\x80", b"\xc0\xaf", b"\xed\xa0\xbd", b"\xf0\x9f\x91", b"\xf8")
_OTHER_ENCODINGS: Final = ("utf-16", "utf-32")


@st.composite
def not_json(draw: st.DrawFn) -> Defect:
    """IP401: a text that breaks off, or that was no JSON from the start."""
    site = draw(answer_sites())
    whole = site.sample.content()
    cut = st.integers(1, len(whole) - 1).map(lambda size: whole[:size].decode(errors="ignore").encode())
    return broken("IP401", site.sample, "", draw(st.sampled_from(_NOT_JSON) | cut), pointer="")


@st.composite
def duplicate_key(draw: st.DrawFn) -> Defect:
    """IP402: a member again at the end of its object, plainly or with an escaped letter in its key."""
    site = draw(answer_sites())
    members = [spot.at for spot in spots(site.sample.body, "response") if _is_member(spot.at)]
    at = draw(st.sampled_from(members))
    *above, key = split(at)
    escaped = f'"\\u{ord(key[0]):04x}{key[1:]}"'
    literal = draw(st.sampled_from([text_of(key), escaped]))
    raw = repeated(site.sample.body, join(*above), literal, find(site.sample.body, at))
    return broken("IP402", site.sample, "", raw, pointer=at)


@st.composite
def non_json_number(draw: st.DrawFn) -> Defect:
    """IP403: NaN or an infinity, for an integer or where any JSON value is allowed."""
    site = draw(_survey_sites())
    body = site.sample.body
    integers = [spot.at for spot in spots(body, "response") if spot.schema.get("type") == "integer"]
    at = draw(st.sampled_from([site.pointer("surveys", site.value("count")), *integers]))
    return broken("IP403", site.sample, "", spelled(body, at, draw(st.sampled_from(_NOT_NUMBERS))), pointer=at)


@st.composite
def byte_order_mark(draw: st.DrawFn) -> Defect:
    """IP404: a signature before the text."""
    site = draw(answer_sites())
    return broken("IP404", site.sample, "", codecs.BOM_UTF8 + site.sample.content())


@st.composite
def not_utf8(draw: st.DrawFn) -> Defect:
    """IP405: bytes that are no UTF-8 within a text, or the whole body in another encoding."""
    site = draw(answer_sites())
    wrong = b'"%b"' % draw(st.sampled_from(_BAD_UTF8))
    at = draw(st.sampled_from(free_texts(site.sample.body)))
    inside = spelled(site.sample.body, at, '"@"').replace(b'"@"', wrong)
    whole = [text_of(site.sample.body).encode(encoding) for encoding in _OTHER_ENCODINGS]
    return broken("IP405", site.sample, "", draw(st.sampled_from([inside, *whole])))


@st.composite
def lone_surrogate(draw: st.DrawFn) -> Defect:
    """IP406: half a character, escaped, in a free text."""
    site = draw(answer_sites())
    at = draw(st.sampled_from(free_texts(site.sample.body)))
    raw = spelled(site.sample.body, at, f'"{draw(st.sampled_from(_SURROGATES))}"')
    return broken("IP406", site.sample, "", raw, pointer=at)


@st.composite
def too_deep(draw: st.DrawFn) -> Defect:
    """IP407: some hundred, or many thousand, lists or objects within each other where anything is allowed."""
    site = draw(_survey_sites())
    depth = draw(st.integers(130, 400) | st.sampled_from([1_000, 100_000]))
    opening, closing = draw(st.sampled_from([("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")]))
    literal = opening * depth + "0" + closing * depth
    raw = spelled(site.sample.body, site.pointer("surveys", site.value("count")), literal)
    return broken("IP407", site.sample, "", raw, pointer="")


@st.composite
def empty_body(draw: st.DrawFn) -> Defect:
    """IP408: a success without a body, or with white space only."""
    return broken("IP408", draw(answer_sites()).sample, "", draw(st.sampled_from([b"", b"\n", b"  \r\n"])))


def _survey_sites() -> st.SearchStrategy[Site]:
    return entry_sites(entries(name="survey"), typed=False)


def _is_member(at: str) -> bool:
    """Whether a place is a member of an object, and no item of a list."""
    return at != "" and not split(at)[-1].isdecimal()


JSON_TEXT: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP401": not_json(),
    "IP402": duplicate_key(),
    "IP403": non_json_number(),
    "IP404": byte_order_mark(),
    "IP405": not_utf8(),
    "IP406": lone_surrogate(),
    "IP407": too_deep(),
    "IP408": empty_body(),
}
"""The strategies of this file by the rule that they break."""
