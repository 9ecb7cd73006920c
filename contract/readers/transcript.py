"""What a terminal showed: `curl -i`, `curl -v`, HTTPie, `wget --save-headers`, one or several after each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from ..exchange import Reason
from ..limits import NO_CONTEXT, Context
from .base import Problem, UnreadableError
from .entries import read_records
from .json_text import unsigned
from .messages import FIELDS, STATUS_LINE, Pairs, declared, fields_of, response_record
from .whole import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exchange import Exchange, Place
    from .base import Head

_REQUEST_LINE: Final = rb"(?P<method>[A-Z]{3,20}) (?P<target>[^\s]+) HTTP/[0-9](?:\.[0-9])?\r?\n"
_MARK: Final = re.compile(
    rb"(?P<shown>> " + _REQUEST_LINE + rb"(?P<asked>(?:(?:> (?=\S)|[*{}] )[^\r\n]*\r?\n){0,200}+)> ?\r?\n)"
    rb"|(?P<told>< " + STATUS_LINE + rb"(?P<lines>(?:(?:< (?=\S)|[*{}] )[^\r\n]*\r?\n){0,200}+)<[ ]?\r?(?:\n|\Z))"
    rb"|(?P<answer>" + STATUS_LINE.replace(b"?P<status>", b"?P<number>").replace(b"?P<reason>", b"?P<phrase>")
    + rb"(?P<fields>" + FIELDS + rb")(?:\r?\n|\Z))"
    rb"|(?P<bare>(?:(?m:^)|(?<=\S)(?=(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /))"
    + _REQUEST_LINE.replace(b"?P<method>", b"?P<verb>").replace(b"?P<target>", b"?P<path>")
    + rb"(?P<sent>" + FIELDS + rb")\r?\n)"
)  # fmt: skip
_BEGINS: Final = re.compile(
    rb"(?:HTTP/[0-9](?:\.[0-9])? +[1-5][0-9]{2}\b|[A-Z]{3,20} /[^\s]* HTTP/[0-9]|[*<>] |[ ]*% Total|Note: |Warning: )"
)
_PROOF: Final = re.compile(
    rb"^(?:> [A-Z]{3,20} [^\s]+ HTTP/[0-9]|(?:< )?HTTP/[0-9](?:\.[0-9])? +[1-5][0-9]{2}\b)", re.MULTILINE
)
_COLOUR: Final = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
_NOTE: Final = re.compile(
    rb"(?:\* [^\r\n]*|[{}] \[[0-9]+ bytes data\]|\r?[ 0-9]{3} [^\r\n]*(?:-{2}:|[0-9]:)[^\r\n]*|[ ]+% Total[^\r\n]*"
    rb"|[ ]+Dload  Upload[^\r\n]*)(?:\r?\n|\r(?=[ 0-9*])|\Z)"
)
_GLUED: Final = re.compile(
    rb".*(?P<note>\* (?:[ ]*Trying |Connect(?:ed|ion) |Closing |Host |Hostname |Re-?using |Found bundle|Issue another"
    rb"|Uses proxy|Excess |Leftovers |shutting down|TLSv|IPv[46]: |Established )|[ ]{2}% Total )[^\n]*[^\n}\]]\n?\Z"
)
"""The last note in a line, which does not end as JSON does."""

_INSIDE: Final = re.compile(
    rb"(?:\r[ 0-9]{3} [^\r\n]*(?:-{2}:|[0-9]:)[^\r\n]*)+\n?"
    rb"|\* (?:Connection #[0-9]+ to host [^\r\n]* left intact|Closing connection[^\r\n]*)\n"
)
"""What curl writes at once while a part of the body is still in the buffer of its output; no JSON text holds it."""

_ELAPSED: Final = re.compile(rb"\r?\n\r?\nElapsed time: [0-9.e-]+s[\r\n]*\Z")
"""What HTTPie ends with where it is asked for metadata (-vv, --meta)."""

_HIDDEN: Final = b"NOTE: binary data not shown in terminal"
_TUNNEL: Final = re.compile(rb"connection established", re.IGNORECASE)


class TranscriptReader:
    """Transcripts; answers are counted without interim ones (100) and without what a proxy said of its tunnel."""

    name = "transcript"
    title = "curl -i, curl -v, HTTPie and wget --save-headers (any name)"

    def recognises(self, head: Head) -> bool:
        """A status line, or a request line, or a note of curl; and a status line or curl's request line somewhere."""
        data = _colourless(unsigned(head.data))
        return _BEGINS.match(data.lstrip()) is not None and _PROOF.search(data) is not None

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every answer, with the request that was shown before it, if there was one."""
        whole = read_document(stream, place, context)
        yield from read_records(records_in(_colourless(whole.data)), place, context=context)
        if whole.damage:
            raise UnreadableError(Problem(place, whole.damage))


TRANSCRIPT: Final = TranscriptReader()


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a head ends and what it said; `verbose` is the way in which curl -v writes it."""

    start: int
    end: int
    fields: Pairs
    verbose: bool
    request: tuple[str, str] | None = None
    status: int = 0
    reason: bytes = b""


def records_in(data: bytes) -> Iterator[dict[str, object]]:
    """Records of the answers in a transcript without colours."""
    marks = [*map(_mark, _MARK.finditer(data))]
    asked: _Mark | None = None
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        if mark.request is not None:
            asked = mark
            continue
        body = _body(data[mark.end : following.start if following else len(data)], mark)
        if asked is not None and not asked.verbose:
            body = _without_break(body, mark)
        if _is_interim(mark, body, asked) or (following and _is_twice(mark, following, body)):
            continue
        cut = mark.end == len(data) and not (mark.verbose or data.endswith((b"\n\n", b"\n\r\n")))
        yield {"request": _request(asked), "response": _response(mark, Reason.NOT_RECORDED if cut else body)}
        asked = None


def _colourless(data: bytes) -> bytes:
    """Without the colours of a terminal, if there are some in the first head."""
    return _COLOUR.sub(b"", data) if b"\x1b[" in data[:4096] else data


def _mark(found: re.Match[bytes]) -> _Mark:
    verbose = bool(found["shown"] or found["told"])
    if found["shown"] or found["bare"]:
        method, target = found["method"] or found["verb"], found["target"] or found["path"]
        fields = _fields(found["asked"] or found["sent"] or b"", verbose=verbose)
        asked = (method.decode(), target.decode("utf-8", "surrogateescape"))
        return _Mark(found.start(), found.end(), fields, verbose, asked)
    fields = _fields(found["lines"] or found["fields"] or b"", verbose=verbose)
    status, reason = int(found["status"] or found["number"]), found["reason"] or found["phrase"] or b""
    return _Mark(found.start(), found.end(), fields, verbose, None, status, reason)


def _fields(text: bytes, *, verbose: bool) -> Pairs:
    if not verbose:
        return fields_of(text)
    return fields_of(b"\n".join(line[2:] for line in text.splitlines() if line.startswith((b"< ", b"> "))))


def _request(asked: _Mark | None) -> dict[str, object] | None:
    if asked is None or asked.request is None:
        return None
    method, target = asked.request
    return {"method": method, "url": target, "headers": asked.fields}


def _response(mark: _Mark, body: bytes | Reason) -> dict[str, object]:
    if isinstance(body, Reason) or _HIDDEN in body[:400]:
        return {"status": mark.status, "headers": mark.fields, "body": Reason.NOT_RECORDED}
    return response_record(mark.status, mark.fields, body)


def _is_interim(mark: _Mark, body: bytes, asked: _Mark | None) -> bool:
    if mark.status < 200:  # noqa: PLR2004 - RFC 9110 §15.2
        return mark.status != 101  # noqa: PLR2004 - the last answer before another protocol
    method = asked.request[0] if asked is not None and asked.request is not None else ""
    return (method == "CONNECT" or _TUNNEL.search(mark.reason) is not None) and not body.strip()


def _is_twice(mark: _Mark, following: _Mark, body: bytes) -> bool:
    """Whether the same head follows, as curl shows it with -v and -i."""
    return mark.verbose and not following.verbose and following.status == mark.status and not body.strip()


def _body(data: bytes, mark: _Mark) -> bytes:
    """What follows a head, without the notes that curl -v writes before, after and right behind a body."""
    if not mark.verbose:
        return data
    start = 0
    while note := _NOTE.match(data, start):
        if note.end() == start:
            break
        start = note.end()
    data, size = _INSIDE.sub(b"", data[start:]), declared(mark.fields)
    if size is not None and (size == len(data) or data.startswith((b"* ", b"\n", b"\r\n", b"> "), size)):
        return data[:size]
    return _without_notes(data)


def _without_break(body: bytes, mark: _Mark) -> bytes:
    """HTTPie ends each message with blank lines, or with the time that it took."""
    body = _ELAPSED.sub(b"", body)
    return body if declared(mark.fields) == len(body) else body.rstrip(b"\r\n")


def _without_notes(data: bytes) -> bytes:
    end = len(data)
    while end:
        start = data.rfind(b"\n", 0, end - 1) + 1
        line = data[start:end]
        if _NOTE.fullmatch(line):
            end = start
            continue
        glued = _GLUED.search(line)
        return data[: start + glued.start("note")] if glued else data[:end]
    return b""
