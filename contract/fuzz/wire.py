"""The bytes on the wire: urllib3 keeps the connections, http.client reads, and here both are told to change nothing.

urllib3 normalises what it takes for a URL and http.client forgets what it did not expect. So the target of a request
travels beside urllib3, in a context variable, and the answer is read through a stream that remembers its lines, keeps
to a deadline, and looks at what follows.
"""

from __future__ import annotations

import http.client
import io
import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum, auto
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    import socket
    import ssl

    from typing_extensions import Buffer

    from .credentials import Secret

    Socket: TypeAlias = socket.socket | ssl.SSLSocket

_PIECE: Final = 64 * 1024
_STALE: Final = 1.0
"""Seconds after which an idle connection is not used again: the server may be closing it at that very moment, and
nobody could tell that from a server that fails."""

_GRACE: Final = 0.25
"""Seconds for a body to appear where there must be none."""

_LENIENT: Final = re.compile(rb"[\x21-\x39\x3b-\x7e]+:")
"""The header lines that http.client understands; it stops reading the header at another one."""


@dataclass(slots=True)
class Call:
    """One request on its way through urllib3, and the answer as far as it came."""

    target: str = field(repr=False)
    seconds: float
    """Until the whole answer must have arrived."""
    credential: tuple[str, Secret] | None = None
    wire: WireResponse | None = field(default=None, repr=False)


CALL: Final[ContextVar[Call]] = ContextVar("call")
"""The call that this thread is making."""


class Ending(Enum):
    """How the body of an answer ended."""

    WHOLE = auto()
    SHORT = auto()
    CUT = auto()
    STALLED = auto()
    CHUNKS = auto()
    TOO_LARGE = auto()


class WireResponse(http.client.HTTPResponse):
    """An answer that is read to the letter."""

    def __init__(self, sock: Socket, *args: Any, **settings: Any) -> None:
        super().__init__(sock, *args, **settings)
        call = CALL.get()
        call.wire = self
        self._stream = _Stream(sock, self.fp, monotonic() + call.seconds)
        self._stream.to_head = settings.get("method") == "HEAD"
        self.fp = self._stream

    @property
    def lines(self) -> list[bytes]:
        """The status line and the header lines as they came, with the empty line at the end (RFC 9112 §2.1)."""
        return self._stream.lines

    @property
    def surplus(self) -> int:
        """Bytes that came after the end of the answer, or at least the first of them."""
        return self._stream.surplus

    def begin(self) -> None:
        """Read the status line and the header."""
        super().begin()
        self._stream.heading = False
        del self.headers["content-length"]  # `length` knows it; urllib3 would judge it once more, and log what it finds
        if self.must_be_empty:
            self._stream.grace = _GRACE

    @property
    def must_be_empty(self) -> bool:
        """Whether HTTP allows no body here (RFC 9110 §9.3.2, §15.3.5, §15.4.5)."""
        return self._stream.to_head or self.status in {204, 304}

    def body(self, limit: int) -> tuple[bytes, Ending]:
        """The body as it was sent, without chunks, as far as it came. More than `limit` bytes are not kept."""
        kept = bytearray()
        try:
            while piece := self.read1(_PIECE):
                kept += piece
                if len(kept) > limit:
                    return b"", Ending.TOO_LARGE
        except TimeoutError:
            return bytes(kept), Ending.STALLED
        except http.client.HTTPException:
            return bytes(kept), Ending.CUT if self._stream.ended else Ending.CHUNKS
        except OSError:
            return bytes(kept), Ending.CUT
        return bytes(kept), Ending.SHORT if self.length else Ending.WHOLE


class _Stream(io.BufferedReader):
    """What a server sends: remembers the lines of the head, and looks at what follows when it is closed."""

    def __init__(self, sock: Socket, holder: io.BufferedIOBase, until: float) -> None:
        self._watched = _Watched(sock, holder, until)
        super().__init__(self._watched, _PIECE)
        self.lines: list[bytes] = []
        self.heading = True
        self.to_head = False
        self.grace = 0.0
        self.surplus = 0

    @property
    def ended(self) -> bool:
        """Whether the server closed the connection."""
        return self._watched.ended

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line; within the header, the next that http.client understands."""
        line = super().readline(size)
        if self.heading and self.lines and not self.lines[-1].strip(b"\r\n"):
            self.lines.clear()  # that was the head of a 100 Continue
        while self.heading:
            self.lines.append(line)
            if len(self.lines) == 1 or not line.strip(b"\r\n"):
                return line
            if _LENIENT.match(line):
                return line.replace(b"\r", b" ", line.count(b"\r") - line.endswith(b"\r\n"))
            line = super().readline(size)
        return line

    def close(self) -> None:
        """Look whether anything follows, then close."""
        if not self.closed and not self.heading and not self.ended:
            self.surplus = self._glance()
        super().close()

    def _glance(self) -> int:
        self._watched.glance(self.grace)
        try:
            return len(self.peek(1))
        except (OSError, ValueError):
            return 0


class _Watched(io.RawIOBase):
    """A socket that is read until a moment in time, however slowly the bytes come."""

    def __init__(self, sock: Socket, holder: io.BufferedIOBase, until: float) -> None:
        super().__init__()
        self._sock = sock
        self._holder = holder
        self._until = until
        self._glancing = False
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        left = self._until - monotonic()
        if left <= 0 and not self._glancing:
            raise TimeoutError
        self._sock.settimeout(max(left, 0.0))
        size = self._sock.recv_into(buffer)
        self.ended = not size
        return size

    def glance(self, seconds: float) -> None:
        """From now on wait no longer than so many seconds."""
        self._until = monotonic() + seconds
        self._glancing = True

    def close(self) -> None:
        super().close()
        self._holder.close()


class WireConnection(HTTPConnection):
    """A connection that sends what the call says, and whose answers are read to the letter."""

    response_class = WireResponse
    _used = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether it can be used again."""
        return super().is_connected and monotonic() - self._used < _STALE

    def putrequest(self, method: str, url: str, *args: Any, **settings: Any) -> None:
        """Send the target of the call in place of the path of `url`, which is `/`."""
        super().putrequest(method, url.removesuffix("/") + CALL.get().target, *args, **settings)

    def endheaders(self, *args: Any, **settings: Any) -> None:
        """Add the credential, which nothing before this point has seen."""
        credential = CALL.get().credential
        if credential is not None:
            self.putheader(credential[0], credential[1].reveal().encode("utf-8", "surrogateescape").decode("latin-1"))
        super().endheaders(*args, **settings)

    def getresponse(self) -> Any:
        """Read the head of the answer."""
        response = super().getresponse()
        self._used = monotonic()
        return response

    def _validate_path(self, url: str) -> None:
        """Let everything pass: `Ask` has refused what would break the request line."""

    def _encode_request(self, request: str) -> bytes:
        return request.encode("utf-8", "surrogateescape")


class TlsWireConnection(WireConnection, HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        """Connect; whether certificates are verified was decided in the context, urllib3 asks only in order to warn."""
        super().connect()
        self.is_verified = True
