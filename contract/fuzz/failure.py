"""Why no answer came, as far as the network tells; never in the words of a library, which quote what was sent."""

from __future__ import annotations

import http.client
import ssl
from enum import StrEnum
from typing import Final

from urllib3 import exceptions as urllib3


class Failure(StrEnum):
    """The kinds of failures, with the sentence that names them."""

    DNS = "the name of the host is not known"
    REFUSED = "the connection was refused"
    UNREACHABLE = "the host cannot be reached"
    CONNECT_TIMEOUT = "the connection was not made in time"
    TLS = "TLS failed"
    PROXY = "the proxy failed"
    CLOSED = "the connection was closed without an answer"
    RESET = "the connection was reset without an answer"
    TIMEOUT = "no answer came in time"
    PROTOCOL = "the answer is not HTTP"

    @property
    def before_sending(self) -> bool:
        """Whether the request cannot have caused it, since none was sent."""
        return self in _BEFORE


_BEFORE: Final = frozenset(
    {Failure.DNS, Failure.REFUSED, Failure.UNREACHABLE, Failure.CONNECT_TIMEOUT, Failure.TLS, Failure.PROXY}
)

_KINDS: Final[tuple[tuple[type[Exception], Failure], ...]] = (
    (urllib3.NameResolutionError, Failure.DNS),
    (urllib3.LocationValueError, Failure.DNS),
    (urllib3.ProxyError, Failure.PROXY),
    (urllib3.SSLError, Failure.TLS),
    (urllib3.NewConnectionError, Failure.UNREACHABLE),
    (urllib3.ConnectTimeoutError, Failure.CONNECT_TIMEOUT),
    (urllib3.TimeoutError, Failure.TIMEOUT),
    (http.client.RemoteDisconnected, Failure.CLOSED),
    (ssl.SSLError, Failure.TLS),
    (ConnectionError, Failure.RESET),
    (http.client.HTTPException, Failure.PROTOCOL),
    (TimeoutError, Failure.TIMEOUT),
    (OSError, Failure.RESET),
    (urllib3.HTTPError, Failure.PROTOCOL),
)
"""From the narrowest to the widest."""

ERRORS: Final = (urllib3.HTTPError, http.client.HTTPException, OSError)
"""What sending may raise."""


def failure_of(error: BaseException) -> tuple[Failure, str]:
    """The kind of an error of urllib3's, and what TLS says about it where it says something.

    >>> failure_of(urllib3.ProtocolError("Connection aborted.", http.client.BadStatusLine("no")))
    (<Failure.PROTOCOL: 'the answer is not HTTP'>, '')
    """
    inner = _inner(error)
    kind = next((kind for type_, kind in _KINDS if isinstance(inner, type_)), Failure.PROTOCOL)
    if kind is Failure.UNREACHABLE and isinstance(inner.__cause__, ConnectionRefusedError):
        kind = Failure.REFUSED
    return kind, _reason(inner) if kind is Failure.TLS else ""


def _inner(error: BaseException) -> BaseException:
    """What a `ProtocolError` was raised for, else the error itself."""
    arguments = error.args if type(error) is urllib3.ProtocolError else ()
    return next((one for one in arguments if isinstance(one, Exception)), error)


def _reason(error: BaseException) -> str:
    """OpenSSL's reason: it speaks of certificates and versions only."""
    found = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    verify = getattr(found, "verify_message", "")
    return str(verify or getattr(found, "reason", "") or "").lower().replace("_", " ")[:120]
