"""How long a server asks to wait (RFC 9110 §10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..exchange import Response

_ASKS_TO_WAIT: Final = frozenset({429, 503})
_DIGITS: Final = 9


def wait_asked(response: Response | None, now: datetime | None = None) -> float | None:
    """Seconds that an answer asks to wait before the request is sent again, or `None`.

    >>> from interpact.contract.exchange import Response
    >>> wait_asked(Response.of(None, 429, {"Retry-After": "7"}))
    7.0
    """
    if response is None or response.status not in _ASKS_TO_WAIT:
        return None
    text = (response.header("retry-after") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:_DIGITS])
    moment = _instant(text)
    return None if moment is None else max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
