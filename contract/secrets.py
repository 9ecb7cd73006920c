"""Credentials: recognised and replaced while an exchange is read, so that nothing later can leak them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from ..schemas.document import secret_headers

Headers = tuple[tuple[str, str], ...]
"""Pairs of a lower-case field name and a value (RFC 9110 §5.1: names have no case)."""

REPLACED: Final = "[Credential]"
"""What stands in place of a credential."""

_LONGEST_MARK: Final = 80
_AROUND: Final = " \t[](){}<>*_-#\"'"
_COOKIES: Final = frozenset({"cookie", "set-cookie"})
# RFC 9110 §11.6.2 and §11.7.2, RFC 6265; the header names of the API's own security schemes come from its document.
_SECRET: Final = frozenset({"authorization", "proxy-authorization", *_COOKIES})
_CHALLENGES: Final = frozenset({"www-authenticate", "proxy-authenticate"})
"""What a server asks for, which is no credential (RFC 9110 §11.6.1, §11.7.1)."""
_SECRET_WORDS: Final = (
    *("apikey", "api-key", "api_key", "auth", "token"),
    *("secret", "passw", "session", "signature", "credential"),
)
_PLAIN: Final = re.compile(r"(?:https?://\w|/\w)[-\w/.:?&=%+,;~]*(?<!\?)", re.ASCII)
"""Of such a URL nothing is changed if no word for a credential is in it: no userinfo, no fragment, no white space."""
_FILTERED: Final = re.compile(r"(?:x+|filtered|redacted|masked|removed|hidden|dummy|token|credential)?", re.IGNORECASE)
"""What recorders write in place of a credential: `[Filtered]`, `REDACTED`, `***`, `Basic xxx`, nothing."""


def clean_headers(
    headers: Mapping[str, object] | Iterable[tuple[str, str]],
) -> tuple[Headers, tuple[str, ...]]:
    """Fields in lower case with their credentials replaced, and the names of those that held one.

    >>> clean_headers({"X-Api-Key": "k", "Accept": ["a", "b"], "Authorization": "[Filtered]"})[1]
    ('x-api-key',)
    """
    kept: list[tuple[str, str]] = []
    found: list[str] = []
    pairs = cast("Iterable[tuple[str, object]]", headers.items() if isinstance(headers, Mapping) else headers)
    for name, value in pairs:
        lower, secret = _named(str(name))
        if not secret and type(value) is str:  # nearly all are
            kept.append((lower, value.strip()))
            continue
        for text in _texts(value):
            kept.append((lower, REPLACED if secret else text))
            if secret and lower not in _COOKIES and not _is_filtered(text):
                found.append(lower)
    return tuple(kept), tuple(found)


def _is_filtered(value: str) -> bool:
    """Whether a recorder has put something in place of a credential, an authentication scheme before it or not."""
    if len(value) > _LONGEST_MARK:
        return False
    *_, last = ("", *value.split())
    return _FILTERED.fullmatch(last.strip(_AROUND)) is not None


def clean_url(url: str) -> tuple[str, tuple[str, ...]]:
    """`url` without its credentials and fragment, and what held one: `?name` of a parameter, or `?` before the host.

    >>> clean_url("https://till:secret@crm.example/v2?access_token=abc&type=sms#x")
    ('https://crm.example/v2?access_token=[Credential]&type=sms', ('?', '?access_token'))
    """
    if _PLAIN.fullmatch(url) and not _names_secret(url):
        return url, ()
    try:
        parts = urlsplit(url)
    except ValueError:
        return REPLACED, ()
    person, _, host = parts.netloc.rpartition("@")
    _, colon, password = person.partition(":")
    found = ["?"] if colon and not _is_filtered(unquote(password)) else []
    query, names = _clean_query(parts.query) if _names_secret(parts.query) else (parts.query, [])
    return urlunsplit((parts.scheme, host, parts.path, query, "")), (*found, *names)


def _clean_query(query: str) -> tuple[str, list[str]]:
    kept: list[str] = []
    found: list[str] = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        secret = bool(equals) and _names_secret(name)
        kept.append(f"{name}={REPLACED}" if secret else pair)
        if secret and not _is_filtered(unquote(value)):
            found.append(f"?{name}")
    return "&".join(kept), found


@lru_cache(maxsize=4096)
def _named(name: str) -> tuple[str, bool]:
    """A field name in lower case, and whether such a field holds a credential."""
    lower = name.lower()
    if lower in _CHALLENGES:
        return lower, False
    return lower, lower in _SECRET or lower in secret_headers() or _names_secret(lower)


def _texts(value: object) -> list[str]:
    values = cast("list[object]", value) if isinstance(value, (list, tuple)) else [value]
    return [one.decode("latin-1") if isinstance(one, bytes) else str(one).strip() for one in values]


def _names_secret(text: str) -> bool:
    """Whether there is a word for a credential in `text`; the pattern is dear, and every URL is asked for."""
    lower = text.casefold()
    for word in _SECRET_WORDS:  # noqa: SIM110 - twice as fast as `any`
        if word in lower:
            return True
    return False
