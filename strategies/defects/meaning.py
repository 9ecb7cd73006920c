"""Defects of counts, names, statuses and codes (IP201-IP207, IP221, IP228), and of what was asked for (IP301)."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ...schemas.vocabulary import CONTENT, MERGED_CUSTOMER, MESSAGE_CHANNELS, TYPE_CHANNELS
from ..edits import find, join
from ..entries import CHANNELS, entries
from ..exchanges import answers_with
from ..messages import STATUSES
from ..remarks import remarks
from ..requests import TYPES, requests
from ..responses import answers, bodies, responses
from ..unusual import new_channels, new_statuses
from .record import Defect, broken
from .sites import LISTED, TIMED, Site, entry_sites, message_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..sample import Json

_NEW_CHANNELS: Final = ("pigeon", "Email", "SMS", "e-mail", "", " sms", "missed call", "push", "é", "email2")
_NEW_STATUSES: Final = ("TELEPATHIC", "DELIVERED_", "NOT__DELIVERED", "DELIVERED!", "SENT.", "404", "-", "已送达", "OK")
_SPELLINGS: Final = ("delivered", "Delivered", "DELIVEReD", "", " ", "NOT DELIVERED", " SENT", "SENT ", "SENT\n", "new")
_LARGEST: Final = 2**63 - 1


def _listed(*, min_size: int = 1) -> st.SearchStrategy[dict[str, Json]]:
    """Entries with a list of messages."""
    return st.sampled_from(LISTED).flatmap(lambda name: entries(name=name, min_size=min_size))


@st.composite
def count_below_list(draw: st.DrawFn) -> Defect:
    """IP201: from 0 to one less than the list is long."""
    site = draw(entry_sites(_listed()))
    count: int = site.value("count")
    return broken("IP201", site.sample, site.pointer("count"), draw(st.integers(0, count - 1)))


@st.composite
def count_above_list(draw: st.DrawFn) -> Defect:
    """IP202: more than the list is long, by one or by far."""
    site = draw(entry_sites(_listed(min_size=0)))
    count: int = site.value("count")
    return broken("IP202", site.sample, site.pointer("count"), draw(st.integers(count + 1, _LARGEST)))


@st.composite
def duplicate_id(draw: st.DrawFn) -> Defect:
    """IP203: a later message takes the id of an earlier one."""
    site = draw(entry_sites(_listed(min_size=2)))
    later = draw(st.integers(1, site.value("count") - 1))
    earlier = draw(st.integers(0, later - 1))
    same = site.value("messageList", earlier, "id")
    return broken("IP203", site.sample, site.pointer("messageList", later, "id"), same)


@st.composite
def duplicate_entry(draw: st.DrawFn) -> Defect:
    """IP204: one more entry of a name that is there already."""
    site = draw(entry_sites(st.sampled_from(CHANNELS).flatmap(lambda name: entries(name=name))))
    again = draw(entries(name=site.value("name"), max_size=2))
    end = join("interaction", len(find(site.sample.body, "/interaction")))
    return broken("IP204", site.sample, end, again, pointer=end + "/name")


@st.composite
def unknown_channel(draw: st.DrawFn) -> Defect:
    """IP205: an entry, whatever it holds, under a name that nobody has documented."""
    known = [name for name in CHANNELS if name in TIMED or name not in LISTED]
    site = draw(entry_sites(st.sampled_from(known).flatmap(lambda name: entries(name=name)), typed=False))
    return broken("IP205", site.sample, site.pointer("name"), draw(st.sampled_from(_NEW_CHANNELS) | new_channels()))


@st.composite
def unknown_status(draw: st.DrawFn) -> Defect:
    """IP206: a status that nobody has documented, with a delivery time and without."""
    site = draw(message_sites())
    return broken("IP206", site.sample, site.pointer("status"), draw(st.sampled_from(_NEW_STATUSES) | new_statuses()))


@st.composite
def status_spelling(draw: st.DrawFn) -> Defect:
    """IP207: lower case, blanks, or nothing."""
    site = draw(message_sites())
    lowered = st.builds(_lowered, st.sampled_from(STATUSES), st.integers(0, 40))
    return broken("IP207", site.sample, site.pointer("status"), draw(st.sampled_from(_SPELLINGS) | lowered))


def _lowered(status: str, place: int) -> str:
    """`status` with at least one of its letters in lower case."""
    letters = [index for index, letter in enumerate(status) if letter in string.ascii_uppercase]
    index = letters[place % len(letters)]
    return status[:index] + status[index:].lower()


@st.composite
def invalid_sentinel(draw: st.DrawFn) -> Defect:
    """IP221: a campaign or a user of 0, or below -1."""
    site = draw(message_sites())
    wrong = st.just(0) | st.integers(-(2**63), -2) | st.just(-(2**70))
    return broken("IP221", site.sample, site.pointer(draw(st.sampled_from(["campaignId", "userId"]))), draw(wrong))


@st.composite
def merged_customer(draw: st.DrawFn) -> Defect:
    """IP228: the warning of a merged customer among other ones."""
    query = draw(requests())
    body = draw(responses(type=query.get("type"), network=query.get("network")))
    warnings = draw(st.lists(remarks(), min_size=1, max_size=3))
    sample = draw(answers_with(query, body | {"warnings": warnings}))
    at = join("warnings", draw(st.integers(0, len(warnings) - 1)), "code")
    return broken("IP228", sample, at, MERGED_CUSTOMER)


@st.composite
def type_not_honoured(draw: st.DrawFn) -> Defect:
    """IP301: an entry of another channel than the one that was asked for, with something in it."""
    kind = draw(st.sampled_from(TYPES))
    others = [name for name in CHANNELS if kind in MESSAGE_CHANNELS or name not in CONTENT]
    name = draw(st.sampled_from([name for name in others if not answers(kind, name)]))
    site = draw(_empty_entries(kind, name))
    full = draw(entries(name=name, min_size=1))
    return broken("IP301", site.sample, site.at, full, pointer=site.pointer("count"))


@st.composite
def _empty_entries(draw: st.DrawFn, kind: str, name: str) -> Site:
    """Exchanges in which `kind` was asked for, and the answer has an empty entry `name`."""
    query = draw(requests(types=[kind]))
    own = draw(st.lists(st.sampled_from(sorted(TYPE_CHANNELS.get(kind, {kind}))), max_size=1))
    listed = [*(draw(entries(name=one)) for one in own), draw(entries(name=name, max_size=0))]
    sample = draw(answers_with(query, draw(bodies(listed, network=query.get("network")))))
    return Site(sample, join("interaction", len(own)))


MEANING: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP201": count_below_list(),
    "IP202": count_above_list(),
    "IP203": duplicate_id(),
    "IP204": duplicate_entry(),
    "IP205": unknown_channel(),
    "IP206": unknown_status(),
    "IP207": status_spelling(),
    "IP221": invalid_sentinel(),
    "IP228": merged_customer(),
    "IP301": type_not_honoured(),
}
"""The strategies of this file by the rule that they break."""
