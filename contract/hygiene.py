"""What should not stand in a recording that is kept: credentials, personal data, what is old, or was made otherwise.

The texts of bodies are searched for shapes that their makers publish, so that nothing is guessed from a name. A year of
production traffic holds personal data by right, so this is asked for (`Settings.hygiene`), and costs nothing before.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ..schemas.document import digest
from ..schemas.rules import Part
from .http import Oddity, responded_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .exchange import Exchange

CONTRACT: Final = "x-interpact-contract"
"""The header field in which our own recordings name the contract that they were made with (`document.digest`)."""

_SECRETS: Final = {
    "a JSON Web Token": rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",  # RFC 7519 §3.1
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",  # RFC 7468 §10, and PEM of OpenSSL and OpenSSH
    "an AWS access key": rb"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",  # AWS IAM user guide, "Unique identifiers"
    "a GitHub token": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",  # GitHub docs, token formats
    "a GitLab token": rb"\bglpat-[A-Za-z0-9_-]{20,}",  # GitLab docs, token overview
    "a Slack token": rb"\bxox[abprs]-[A-Za-z0-9-]{10,}",  # Slack docs, token types
    "a Google API key": rb"\bAIza[A-Za-z0-9_-]{35}\b",  # Google Cloud docs, API keys
    "a Stripe key": rb"\b[sr]k_live_[A-Za-z0-9]{16,}",  # Stripe docs, API keys
    "a PyPI token": rb"\bpypi-AgE[A-Za-z0-9_-]{40,}",  # Warehouse docs, API tokens
}
"""Credentials by the shape that is published for them."""

_SECRET: Final = re.compile(b"|".join(b"(?:%s)" % one for one in _SECRETS.values()))
_ADDRESS: Final = re.compile(rb"[A-Za-z0-9._%+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63})")
_RESERVED: Final = re.compile(rb"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE)
"""Domains that belong to nobody (RFC 2606 §2, §3)."""
_NUMBER: Final = re.compile(rb'"\+?([0-9]{8,15})"')
_MADE_UP: Final = re.compile(
    rb"555?01[0-9]{2}$"  # NANPA: 555-0100 to 555-0199 are for fiction
    rb"|^44(?:7700900|1632960|2079460)[0-9]{3}$"  # Ofcom: telephone numbers for drama
    rb"|^6149157[0-9]{4}$"  # ACMA: numbers for use in TV shows, films
    rb"|12345|0{5}|1{5}|9{5}|54321"  # numbers that people type
)


def secrets_in(body: bytes) -> str | None:
    """The first credential in a body whose shape is known, in words.

    >>> secrets_in(b'{"subject": "key AKIAIOSFODNN7EXAMPLE"}')
    'an AWS access key'
    """
    if _SECRET.search(body) is None:
        return None
    return next(name for name, shape in _SECRETS.items() if re.search(shape, body))


def persons_in(body: bytes) -> str | None:
    """How many different addresses and numbers there are in a body that look like those of real people, in words.

    >>> persons_in(b'{"a": "ada@example.com", "b": "ada@lovelace.uk", "c": "447700900123", "d": "4915190001177"}')
    '1 e-mail address, 1 phone number'
    >>> persons_in(b'{"a": "ada@example.com"}') is None
    True
    """
    addresses = {one[0] for one in _ADDRESS.finditer(body) if not _RESERVED.search(one[1])}
    numbers = {one[1] for one in _NUMBER.finditer(body) if not _MADE_UP.search(one[1])}
    told = [
        f"{len(found)} {noun}{'' if len(found) == 1 else ending}"
        for found, noun, ending in ((addresses, "e-mail address", "es"), (numbers, "phone number", "s"))
        if found
    ]
    return ", ".join(told) or None


def unclean(body: bytes) -> Iterator[Oddity]:
    """What should not stand in a body that is kept."""
    for code, found in (("IP504", secrets_in(body)), ("IP505", persons_in(body))):
        if found is not None:
            yield Oddity(code, Part.BODY, "", found)


def outlived(exchange: Exchange, now: datetime, max_age: float | None) -> Iterator[Oddity]:
    """What tells that a recording is older than so many days, or that it was made with another contract.

    The recorder knows best when that was: a response that it took from a cache has an older Date, or none.
    """
    response = exchange.response
    if response is None:
        return
    at, stated = ("", exchange.recorded) if exchange.recorded else ("/date", responded_at(response))
    if max_age is not None and stated is not None and now - stated > timedelta(days=max_age):
        yield Oddity("IP506", Part.RESPONSE_HEADERS, at, f"one from {stated.date()}")
    made_with = response.header(CONTRACT)
    if made_with is not None and made_with != digest():
        yield Oddity("IP507", Part.RESPONSE_HEADERS, f"/{CONTRACT}", "that of another one")
