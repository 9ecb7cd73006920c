"""Faults of the protocol: media type, charset, JSON text, compression, lengths."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .hooks import contents, fields, wired
from .record import Chapter, Family, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from .record import Plant

_fault: Final = Chapter(Family.PROTOCOL)
_NAME: Final = b'{"name":'


def _each(change: Callable[[Reply], Reply]) -> Plant:
    return wired(lambda _, reply: change(reply))


def _answers(change: Callable[[Reply], Reply]) -> Plant:
    return wired(lambda _, reply: change(reply) if reply.status == 200 else reply)  # noqa: PLR2004 - success


def _refusals(change: Callable[[Reply], Reply]) -> Plant:
    return wired(lambda _, reply: change(reply) if reply.status >= 400 else reply)  # noqa: PLR2004 - refused


def _typed(value: str | None) -> Callable[[Reply], Reply]:
    return lambda reply: fields(reply, content_type=value)


def _latin(reply: Reply) -> Reply:
    if reply.content.isascii():
        return reply
    text = reply.content.decode().encode("iso-8859-1", "replace")
    return fields(replace(reply, content=text), content_type="application/json; charset=iso-8859-1")


def _utf16(reply: Reply) -> Reply:
    text = reply.content.decode().encode("utf-16")
    return fields(replace(reply, content=text), content_type="application/json; charset=utf-16")


def _mojibake(raw: bytes) -> bytes:
    return raw.decode("iso-8859-1").encode()


def _escaped_apart(raw: bytes) -> bytes:
    """Characters beyond 16 bits lose their second half."""
    if raw.isascii():
        return raw
    text = json.dumps(json.loads(raw), separators=(",", ":"))
    return re.sub(r"(\\ud8[0-9a-f]{2})\\ud[c-f][0-9a-f]{2}", r"\1", text).encode()


def _untrue_length(more: int) -> Callable[[Reply], Reply]:
    def changed(reply: Reply) -> Reply:
        announced = len(reply.content) + more
        shown = fields(reply, content_length=str(max(announced, 0)))
        return replace(shown, content=reply.content[: max(announced, 0)], cut=more > 0)

    return changed


def _gzipped(change: Callable[[bytes], bytes]) -> Callable[[Reply], Reply]:
    """What is said to be gzip."""
    return lambda reply: fields(replace(reply, content=change(reply.content)), content_encoding="gzip")


def _half(reply: Reply) -> Reply:
    """A connection that closes half-way."""
    shown = fields(reply, content_length=str(len(reply.content)))
    return replace(shown, content=reply.content[: len(reply.content) // 2], cut=True)


def _no_content(reply: Reply) -> Reply:
    empty = b'"interaction":[]' in reply.content
    return replace(reply, status=204, content=b"") if empty else reply


PROTOCOL: Final = (
    _fault("type-html", "bodies are declared as HTML", "R10", _each(_typed("text/html; charset=utf-8")), "IP409"),
    _fault("type-plain", "bodies are declared as plain text", "R10",
           _each(_typed("text/plain; charset=utf-8")), "IP409"),
    _fault("type-missing", "bodies have no Content-Type", "R10", _each(_typed(None))),
    _fault("type-without-charset", "Content-Type names no charset", "R10", _each(_typed("application/json"))),
    _fault("type-other-charset", "Content-Type names ISO 8859-1 although the body is UTF-8", "R10",
           _each(_typed("application/json; charset=iso-8859-1"))),
    _fault("type-octets", "bodies are declared as binary", "R10",
           _answers(_typed("application/octet-stream")), "IP409"),
    _fault("type-html-of-refusals", "refusals are declared as HTML", "R10 E1",
           _refusals(_typed("text/html; charset=utf-8")), "IP409"),
    _fault("body-latin-1", "bodies are ISO 8859-1, and say so", "R10", _answers(_latin), "IP405", rare=True),
    _fault("body-utf-16", "bodies are UTF-16, and say so", "R10", _answers(_utf16), "IP401 IP404 IP405"),
    _fault("body-encoded-twice", "bodies are encoded in UTF-8 twice", "R10 S1", contents(_mojibake), rare=True),
    _fault("body-with-bom", "bodies begin with a byte order mark", "R10",
           contents(lambda raw: b"\xef\xbb\xbf" + raw), "IP404"),
    _fault("half-characters", "emoji lose their second half", "R10", contents(_escaped_apart), "IP406", rare=True),
    _fault("raw-control-characters", "spaces in strings are raw tabs", "R10",
           contents(lambda raw: raw.replace(b" ", b"\t")), "IP401"),
    _fault("key-twice", "`name` stands in the body twice", "R10",
           contents(lambda raw: raw.replace(_NAME, b'{"name":"x","name":', 1)), "IP402"),
    _fault("key-twice-in-message", "`status` stands in every message twice", "R10",
           contents(lambda raw: raw.replace(b'"status":', b'"status":"DELIVERED","status":')), "IP402"),
    _fault("count-nan", "`count` is NaN", "R10 S3",
           contents(lambda raw: raw.replace(b'"count":', b'"count":NaN,"was":')), "IP403"),
    _fault("count-infinite", "`campaignId` is -Infinity where there is none", "R10 S8",
           contents(lambda raw: raw.replace(b'"campaignId":-1', b'"campaignId":-Infinity')), "IP403", rare=True),
    _fault("trailing-comma", "arrays end in a comma", "R10", contents(lambda raw: raw.replace(b"}]", b"},]")), "IP401"),
    _fault("trailing-text", "a second JSON text follows the body", "R10", contents(lambda raw: raw + b"\n{}"), "IP401"),
    _fault("trailing-nul", "the body ends in a NUL", "R10", contents(lambda raw: raw + b"\0"), "IP401"),
    _fault("single-quotes", "the body is a Python dictionary", "R10",
           contents(lambda raw: str(json.loads(raw)).encode()), "IP401"),
    _fault("unquoted-keys", "keys are not quoted", "R10",
           contents(lambda raw: raw.replace(b'"name":', b"name:")), "IP401"),
    _fault("hijacking-prefix", "the body begins with )]}',", "R10", contents(lambda raw: b")]}',\n" + raw), "IP401"),
    _fault("json-callback", "the body is wrapped in a function call", "R10",
           contents(lambda raw: b"callback(" + raw + b")"), "IP401"),
    _fault("json-with-comment", "the body has a comment", "R10", contents(lambda raw: b"/* v2 */" + raw), "IP401"),
    _fault("body-cut", "the body ends in the middle, and its length says so", "R10",
           contents(lambda raw: raw[: len(raw) * 2 // 3]), "IP401"),
    _fault("long-body-cut", "bodies end after 4096 bytes", "R10", contents(lambda raw: raw[:4096]), "IP401", rare=True),
    _fault("body-empty", "successful answers have no body", "R10 S1", contents(lambda _: b""), "IP408"),
    _fault("body-null", "the body is null where nothing is left", "S1 F4",
           contents(lambda raw: b"null" if b'"interaction":[]' in raw else raw), "IP101"),
    _fault("body-very-deep", "`warnings` is nested a thousand levels deep", "R10 S1",
           contents(lambda raw: raw.replace(b'"warnings":[]', b'"warnings":' + b"[" * 1000 + b"]" * 1000)),
           "IP407 IP103"),
    _fault("status-201", "answers have status 201", "F4", _answers(lambda reply: replace(reply, status=201)), "IP411"),
    _fault("status-206", "answers with more than 20 messages have status 206", "F4",
           _answers(lambda reply: replace(reply, status=206) if reply.content.count(b'"sentDate"') > 20 else reply),  # noqa: PLR2004
           "IP411", rare=True),
    _fault("status-204", "answers without messages have status 204", "F4", _answers(_no_content), "IP411"),
    _fault("status-302", "answers without messages redirect to a help page", "F4",
           _answers(lambda reply: fields(replace(reply, status=302), location="/help")
                    if b'"interaction":[]' in reply.content else reply), "IP411"),
    _fault("gzip-untrue", "bodies are said to be gzip and are not", "R10",
           _each(lambda reply: fields(reply, content_encoding="gzip"))),
    _fault("gzip-unsaid", "bodies are gzip without saying so", "R10",
           contents(lambda raw: gzip.compress(raw, mtime=0)), "IP401 IP405"),
    _fault("gzip-twice", "bodies are gzip twice, which is said once", "R10",
           _answers(_gzipped(lambda raw: gzip.compress(gzip.compress(raw, mtime=0), mtime=0)))),
    _fault("gzip-cut", "gzip bodies end too early", "R10",
           _answers(_gzipped(lambda raw: gzip.compress(raw, mtime=0)[:-12]))),
    _fault("deflate-raw", "bodies are said to be gzip and are deflate", "R10",
           _answers(_gzipped(zlib.compress))),
    _fault("length-too-long", "Content-Length announces 16 bytes more than there are", "R10",
           _answers(_untrue_length(16))),
    _fault("length-too-short", "Content-Length announces 16 bytes fewer, and they are lost", "R10",
           _answers(_untrue_length(-16)), "IP401"),
    _fault("connection-closed", "the connection closes half-way through an answer", "R10", _answers(_half)),
)  # fmt: skip
