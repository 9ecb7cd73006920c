"""Defects of what a client asks for (IP150-IP162); the answer is a valid one, since a refusal would have been right."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ...schemas.document import operation
from ...schemas.rules import ABSENT, Part
from ..edits import join, read
from ..exchanges import answers_with
from ..requests import IDENTIFIER_NAMES, NETWORKS, TIED, TYPES, requests
from ..responses import answers, responses
from ..texts import addresses, eastern, external_ids, phone_numbers
from .record import Defect, broken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..sample import Json, Sample

_NOT_TYPES: Final = ("Email", "EMAIL", "e-mail", "sms", "phone", "whatsApp", "likes", "mail", "", " ", "checkin ", "é")
_NOT_NETWORKS: Final = ("linkedin", "Facebook", "CAPILLARY", "facebook,twitter", "fb", "", " capillary", "é")
_NOT_NAMES: Final = ("Email", "EMAIL", "phone", "externalId", "external-id", "External Id", "mobile ", "id", "", "é")
_NOT_MOBILE: Final = (
    "4915-112-345", "4915 112345678", "(4915)112345", "49151x2345678", "mobile", eastern("4915112345"), "४९१५११२३४५",
    "ada@example.com", "4.9151123457e12", "4915112345678,", "1000000000000000", "4915112\t345",
)  # fmt: skip
_NOT_ADDRESS: Final = (
    "ada.example.com", "ada@", "@example.com", "ada@@example.com", "ada@exa@mple.com", "ada b@example.com",
    "4915112345678", "ada%40example.com", "Ada <ada@example.com>", "ada at example.com", "ada@example.com,b@b.de",
    "ada@.example.com", "ada@example..com", "é",
)  # fmt: skip
_BLANKS: Final = ("", " ", "  ", "\t", "\n", "\u00a0", "\u2003", " \t\r\n ")
_FOREIGN: Final = ("format", "source", "accountId", "mobile", "Type", "TYPE", "a/b", "x~y", "é", "[]")


@st.composite
def _asked(
    draw: st.DrawFn,
    *,
    names: Sequence[str] = IDENTIFIER_NAMES,
    types: Sequence[str | None] = (None, *TYPES),
    networks: Sequence[str | None] = (None, *NETWORKS),
) -> Sample:
    """Valid exchanges that the service answered."""
    query = draw(requests(names=names, types=types, networks=networks))
    body = draw(responses(type=query.get("type"), network=query.get("network")))
    return draw(answers_with(query, body))


def _set(rule: str, sample: Sample, name: str, after: Json) -> Defect:
    return broken(rule, sample, join(name), after, part=Part.QUERY)


@st.composite
def missing_identifier(draw: st.DrawFn) -> Defect:
    """IP150: no name, or no value."""
    name = draw(st.sampled_from(sorted(operation().required)))
    return _set("IP150", draw(_asked()), name, ABSENT)


@st.composite
def unknown_identifier_name(draw: st.DrawFn) -> Defect:
    """IP151: a name that is not documented, most often by its letter case."""
    return _set("IP151", draw(_asked()), "identifierName", draw(st.sampled_from(_NOT_NAMES)))


@st.composite
def blank_identifier(draw: st.DrawFn) -> Defect:
    """IP152: a value without a visible character."""
    return _set("IP152", draw(_asked()), "identifierValue", draw(st.sampled_from(_BLANKS)))


@st.composite
def repeated_parameter(draw: st.DrawFn) -> Defect:
    """IP153: a parameter that is given twice or three times."""
    sample = draw(_asked())
    name = draw(st.sampled_from([name for name, _ in sample.query.pairs]))
    value: str = read(sample, Part.QUERY, join(name))
    return _set("IP153", sample, name, [value] * draw(st.integers(2, 3)))


@st.composite
def unknown_network(draw: st.DrawFn) -> Defect:
    """IP154: a network that is not documented."""
    sample = draw(_asked(types=[None, *(word for word in TYPES if word not in TIED)]))
    return _set("IP154", sample, "network", draw(st.sampled_from(_NOT_NETWORKS)))


@st.composite
def unknown_type(draw: st.DrawFn) -> Defect:
    """IP155: a type that is not documented; entry names and other letter cases are none."""
    return _set("IP155", draw(_asked(types=[None])), "type", draw(st.sampled_from(_NOT_TYPES)))


@st.composite
def contradicting_parameters(draw: st.DrawFn) -> Defect:
    """IP156: a type with a network that does not have it; reported at the type, whichever of the two was changed."""
    kind = draw(st.sampled_from(list(TIED)))
    network = draw(st.sampled_from([one for one in NETWORKS if one not in TIED[kind]]))
    if draw(st.booleans()):
        sample = draw(_asked(types=[kind], networks=[None, *TIED[kind]]))
        return broken("IP156", sample, "/network", network, part=Part.QUERY, pointer="/type")
    fitting = [None, *(word for word in TYPES if network in TIED.get(word, NETWORKS))]
    before = draw(requests(types=fitting, networks=[network]))
    body = draw(responses(type=kind, network=network, max_size=1 if answers(before.get("type"), kind) else 0))
    return _set("IP156", draw(answers_with(before, body)), "type", kind)


@st.composite
def invalid_mobile(draw: st.DrawFn) -> Defect:
    """IP157: too short, too long, or with something else than ASCII digits."""
    short = st.integers(1, 10**6 - 1).map(str)
    long = st.integers(10**15, 10**30).map(str)
    spaced = st.builds("{} {}".format, phone_numbers(max_size=8), short)
    wrong = draw(st.sampled_from(_NOT_MOBILE) | short | long | spaced)
    return _set("IP157", draw(_asked(names=["mobile"])), "identifierValue", wrong)


@st.composite
def mobile_with_plus(draw: st.DrawFn) -> Defect:
    """IP158: a valid number with a plus."""
    number = draw(phone_numbers())
    return _set("IP158", draw(_asked(names=["mobile"])), "identifierValue", f"+{number}")


@st.composite
def national_mobile(draw: st.DrawFn) -> Defect:
    """IP159: a number of valid length that begins with 0 or 00."""
    number = draw(st.builds(str.__add__, st.sampled_from(["0", "00"]), phone_numbers(max_size=13)))
    return _set("IP159", draw(_asked(names=["mobile"])), "identifierValue", number)


@st.composite
def invalid_address(draw: st.DrawFn) -> Defect:
    """IP160: a text that is no e-mail address."""
    unlike = addresses().map(lambda address: address.replace("@", ""))
    wrong = draw(st.sampled_from(_NOT_ADDRESS) | unlike | phone_numbers())
    return _set("IP160", draw(_asked(names=["email"])), "identifierValue", wrong)


@st.composite
def old_spelling(draw: st.DrawFn) -> Defect:
    """IP161: the spelling of the first edition."""
    return _set("IP161", draw(_asked(names=["external_id"])), "identifierName", "external id")


@st.composite
def undeclared_parameter(draw: st.DrawFn) -> Defect:
    """IP162: one more parameter, some of whose names need escaping, whatever its value."""
    new = st.text(string.ascii_letters + "_-/~ é", max_size=6).map("new".__add__)
    name = draw(st.sampled_from(_FOREIGN) | new)
    value = draw(st.sampled_from(["", "json", "1"]) | external_ids())
    return _set("IP162", draw(_asked()), name, value)


REQUEST: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP150": missing_identifier(),
    "IP151": unknown_identifier_name(),
    "IP152": blank_identifier(),
    "IP153": repeated_parameter(),
    "IP154": unknown_network(),
    "IP155": unknown_type(),
    "IP156": contradicting_parameters(),
    "IP157": invalid_mobile(),
    "IP158": mobile_with_plus(),
    "IP159": national_mobile(),
    "IP160": invalid_address(),
    "IP161": old_spelling(),
    "IP162": undeclared_parameter(),
}
"""The strategies of this file by the rule that they break."""
