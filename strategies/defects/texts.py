"""Defects of receivers and subjects (IP222-IP227, IP502, IP503)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ..edits import find
from ..texts import addresses, eastern, phone_numbers
from .record import Defect, broken
from .sites import EMAIL, PHONE, answer_sites, free_texts, message_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_ADDRESSES: Final = (
    "ada.example.com", "ada@", "@example.com", "ada@@example.com", "ada@exa@mple.com", "ada b@example.com", "Ada", "",
    " ", "Ada <ada@example.com>", "ada@example.com, bob@example.com", "ada at example.com", "ada@.example.com", "null",
    "ada%40example.com", "é", "+4915112345678", "ada@example.com ", "ada@example.com\n",
)  # fmt: skip
_NOT_NUMBERS: Final = (
    "ada@example.com", "Ada", "", " ", "4915-112-345", "4915 112345678", "(4915)112345", "49151x2345678", "null", "é",
    eastern("4915112345678"), "४९१५११२३४५६७८", "4915112345678 ", " 4915112345678", "-4915112345678", "4915112345678\n",
    "4915112345678,4915112345679", "++4915112345678", "+491", "+4915 112345678", "tel:4915112345678", "4915112345678.0",
)  # fmt: skip
_PLACEHOLDERS: Final = ("[email\u00a0protected]", "[email protected]")
_REDACTED: Final = ("[REDACTED]", "REDACTED", "[Filtered]", "<redacted>", "***", "********", "[MASKED]", "xxxxxxxx")
_BLANKS: Final = ("", " ", "   ", "\t", "\n", "\u00a0", "\u3000 ")
_OTPS: Final = ("Your OTP is {}", "{} is your OTP", "OTP: {}.", "Use OTP {} within 10 min", "otp {}", "OTPs {}")


@st.composite
def receiver_not_email(draw: st.DrawFn) -> Defect:
    """IP222: a phone number, a name, half an address, two addresses, nothing."""
    site = draw(message_sites(channels=EMAIL))
    unlike = addresses().map(lambda address: address.replace("@", "."))
    wrong = draw(st.sampled_from(_NOT_ADDRESSES) | phone_numbers() | unlike)
    return broken("IP222", site.sample, site.pointer("receiver"), wrong)


@st.composite
def receiver_not_phone(draw: st.DrawFn) -> Defect:
    """IP223: an address, letters, marks, digits of other scripts, too few or too many digits."""
    site = draw(message_sites(channels=PHONE))
    short = st.integers(0, 10**6 - 1).map(str)
    long = st.integers(10**15, 10**40).map(str)
    return broken("IP223", site.sample, site.pointer("receiver"),
                  draw(st.sampled_from(_NOT_NUMBERS) | short | long | addresses()))  # fmt: skip


@st.composite
def receiver_with_plus(draw: st.DrawFn) -> Defect:
    """IP224: a valid number with a plus."""
    site = draw(message_sites(channels=PHONE))
    return broken("IP224", site.sample, site.pointer("receiver"), "+" + draw(phone_numbers()))


@st.composite
def obfuscated_receiver(draw: st.DrawFn) -> Defect:
    """IP225: what an obfuscator of addresses leaves, with a no-break space or a plain one."""
    site = draw(message_sites())
    return broken("IP225", site.sample, site.pointer("receiver"), draw(st.sampled_from(_PLACEHOLDERS)))


@st.composite
def empty_subject(draw: st.DrawFn) -> Defect:
    """IP226: an e-mail with nothing but white space for a subject."""
    site = draw(message_sites(channels=EMAIL))
    return broken("IP226", site.sample, site.pointer("subject"), draw(st.sampled_from(_BLANKS)))


@st.composite
def unmasked_otp(draw: st.DrawFn) -> Defect:
    """IP227: 4 to 8 digits in a text that speaks of an OTP."""
    site = draw(message_sites())
    text = st.builds(str.format, st.sampled_from(_OTPS), st.text("0123456789", min_size=4, max_size=8))
    return broken("IP227", site.sample, site.pointer("subject"), draw(text))


@st.composite
def replacement_character(draw: st.DrawFn) -> Defect:
    """IP502: U+FFFD in any free text: subjects, remarks, the name of the response."""
    site = draw(answer_sites())
    at = draw(st.sampled_from(free_texts(site.sample.body)))
    text: str = find(site.sample.body, at)
    place = draw(st.integers(0, len(text)))
    return broken("IP502", site.sample, at, f"{text[:place]}\ufffd{text[place:]}")


@st.composite
def redacted_receiver(draw: st.DrawFn) -> Defect:
    """IP503: what a recorder's filter writes in place of a value."""
    site = draw(message_sites())
    return broken("IP503", site.sample, site.pointer("receiver"), draw(st.sampled_from(_REDACTED)))


TEXTS: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP222": receiver_not_email(),
    "IP223": receiver_not_phone(),
    "IP224": receiver_with_plus(),
    "IP225": obfuscated_receiver(),
    "IP226": empty_subject(),
    "IP227": unmasked_otp(),
    "IP502": replacement_character(),
    "IP503": redacted_receiver(),
}
"""The strategies of this file by the rule that they break."""
