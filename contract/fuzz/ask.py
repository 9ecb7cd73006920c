"""What is asked: one request, with nothing in it that the wire would change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

Authorised = bool | str
"""Whether the credentials are sent, none, `"wrong"` ones, or ones wrong in one respect (`credentials.NEAR`)."""

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET: Final = re.compile(r"(?:/[^\x00-\x20\x7f]*|\*)")
_VALUE: Final = re.compile(r"[^\x00\r\n]*")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request.

    `target` is the path and, after a question mark, the query, exactly as they go over the wire: nothing is encoded,
    decoded or normalised. Letters outside ASCII are sent as UTF-8, lone surrogates from U+DC80 to U+DCFF as single
    bytes (`surrogateescape`). `headers` are added to the client's own, and win over those. `label` names the request
    in reports, so it holds no value. Raises `ValueError` for what would break the framing of the request.

    >>> Ask("GET", "/v2?a=%zz", label="narrowing")
    Ask(method='GET', authorised=True, label='narrowing')
    """

    method: str
    target: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    authorised: Authorised = True
    label: str = ""

    def __post_init__(self) -> None:
        """Refuse what no server could understand as one request."""
        if not _TARGET.fullmatch(self.target):
            message = "a target begins with / (or is *) and holds neither blanks nor control characters: encode them"
            raise ValueError(message)
        if not _TOKEN.fullmatch(self.method) or not all(_TOKEN.fullmatch(name) for name, _ in self.headers):
            message = "methods and names of header fields are tokens (RFC 9110 §5.6.2)"
            raise ValueError(message)
        if not all(_VALUE.fullmatch(value) for _, value in self.headers):
            message = "the value of a header field holds no line breaks and no NUL"
            raise ValueError(message)
