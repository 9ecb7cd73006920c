"""Faults of methods, paths and error bodies: HEAD, OPTIONS, 405, 404, the envelope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ...schemas.document import operation
from ...schemas.model import METHODS, NO_METHOD, Answer, refusal
from .hooks import answering, asking, fields, refusals, wired, without
from .record import Chapter, Family, Reply

if TYPE_CHECKING:
    from ...schemas.model import Request
    from .record import Plant

_fault: Final = Chapter(Family.PROTOCOL)
_HTML: Final = b"<!doctype html><html><body><h1>Error</h1></body></html>"
_XML: Final = b'<?xml version="1.0"?><response><status><success>false</success></status></response>'


def _as_get(*methods: str) -> Plant:
    """Plant: these methods are answered as GET."""
    return asking(lambda request: replace(request, method="GET") if request.method in methods else request)


def _headed(**given: str | None) -> Plant:
    """Plant other header fields for HEAD."""
    return wired(lambda request, reply: fields(reply, **given) if request.method == "HEAD" else reply)


def _head_status(status: int) -> Plant:
    return wired(lambda request, reply: replace(reply, status=status) if request.method == "HEAD" else reply)


def _head_refused(request: Request, told: Answer) -> Answer:
    return refusal(405, NO_METHOD, headers=(("allow", "GET"),)) if request.method == "HEAD" else told


def _head_found(request: Request, told: Answer) -> Answer:
    return replace(told, status=200) if request.method == "HEAD" and told.status in {400, 404} else told


def _options_ok(request: Request, told: Answer) -> Answer:
    return Answer(200, told.body, told.headers) if request.method == "OPTIONS" and told.status == 405 else told  # noqa: PLR2004


def _status(old: int, new: int) -> Plant:
    return answering(lambda _, told: replace(told, status=new) if told.status == old else told)


def _unallowed(value: str | None) -> Plant:
    return wired(lambda _, reply: fields(reply, allow=value) if reply.status == 405 else reply)  # noqa: PLR2004


def _content(status: int, raw: bytes, kind: str) -> Plant:
    """Plant another content of the refusals with this status."""

    def changed(_: Request, reply: Reply) -> Reply:
        return fields(replace(reply, content=raw), content_type=kind) if reply.status == status else reply

    return wired(changed)


def _slashed(request: Request) -> Request:
    return replace(request, path=request.path.rstrip("/") or "/")


def _small(request: Request) -> Request:
    return replace(request, path=request.path.lower())


def _prefixed(request: Request) -> Request:
    within = request.path.startswith(operation().path + "/")
    return replace(request, path=operation().path) if within else request


def _elsewhere(request: Request, told: Answer) -> Answer:
    here = request.path == operation().path
    return told if here else Answer(200, {"name": "none", "interaction": [], "warnings": []})


METHOD: Final = (
    _fault("head-refused", "HEAD gives 405", "R1", answering(_head_refused)),
    _fault("head-not-found", "HEAD gives 404", "R1", _head_status(404)),
    _fault("head-crash", "HEAD makes the server fail", "R1 R9", _head_status(500)),
    _fault("head-no-content", "HEAD gives 204", "R1", _head_status(204)),
    _fault("head-always-ok", "HEAD gives 200 where GET is refused", "R1", answering(_head_found)),
    _fault("head-zero-length", "HEAD announces a length of 0", "R1", _headed(content_length="0")),
    _fault("head-without-length", "HEAD announces no length of its own but 1", "R1", _headed(content_length="1")),
    _fault("head-other-type", "HEAD announces plain text", "R1", _headed(content_type="text/plain; charset=utf-8")),
    _fault("head-without-type", "HEAD announces no media type", "R1", _headed(content_type=None)),
    _fault("post-accepted", "POST is answered as GET", "R1", _as_get("POST")),
    _fault("delete-accepted", "DELETE is answered as GET", "R1", _as_get("DELETE")),
    _fault("put-patch-accepted", "PUT and PATCH are answered as GET", "R1", _as_get("PUT", "PATCH")),
    _fault("trace-accepted", "TRACE is answered as GET", "R1", _as_get("TRACE")),
    _fault("options-accepted", "OPTIONS gives 200", "R1", answering(_options_ok)),
    _fault("any-method-accepted", "a method that nobody knows is answered as GET", "R1",
           asking(lambda request: request if request.method in {*METHODS, "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
                                                                "TRACE"} else replace(request, method="GET"))),
    _fault("method-not-found", "other methods give 404", "R1", _status(405, 404)),
    _fault("method-bad-request", "other methods give 400", "R1", _status(405, 400)),
    _fault("method-not-implemented", "other methods give 501", "R1 R9", _status(405, 501)),
    _fault("post-crash", "POST makes the server fail", "R1 R9",
           answering(lambda request, told: replace(told, status=500) if request.method == "POST" else told)),
    _fault("allow-missing", "405 comes without Allow", "R1", _unallowed(None)),
    _fault("allow-empty", "Allow of 405 is empty", "R1", _unallowed("")),
    _fault("allow-without-get", "Allow of 405 names POST only", "R1", _unallowed("POST")),
    _fault("path-with-slash", "the path may end in a slash", "R1", asking(_slashed)),
    _fault("path-any-case", "the path may have capitals", "R1", asking(_small)),
    _fault("path-by-prefix", "anything may follow the path", "R1", asking(_prefixed)),
    _fault("path-anywhere", "other paths give 200 and nothing", "R1", answering(_elsewhere)),
    _fault("path-forbidden", "other paths give 403", "R1",
           answering(lambda request, told: told if request.path == operation().path else replace(told, status=403))),
    _fault("errors-null", "`errors` of a refusal is null", "E1", refusals(lambda body: {**body, "errors": None})),
    _fault("errors-empty", "`errors` of a refusal is empty", "E1", refusals(lambda body: {**body, "errors": []})),
    _fault("errors-missing", "a refusal has `warnings` only", "E1", refusals(lambda body: without(body, "errors"))),
    _fault("errors-as-object", "`errors` of a refusal is an object", "E1",
           refusals(lambda body: {**body, "errors": body["errors"][0]}), "IP103"),
    _fault("errors-as-texts", "`errors` of a refusal is a list of texts", "E1",
           refusals(lambda body: {**body, "errors": [one["message"] for one in body["errors"]]}), "IP103"),
    _fault("error-warnings-missing", "a refusal has no `warnings`", "E1",
           refusals(lambda body: without(body, "warnings"))),
    _fault("error-code-as-string", "the code of an error is a string", "E1",
           refusals(lambda body: {**body, "errors": [{**one, "code": str(one["code"])} for one in body["errors"]]}),
           "IP103"),
    _fault("error-code-missing", "errors have no code", "E1",
           refusals(lambda body: {**body, "errors": [without(one, "code") for one in body["errors"]]}), "IP102"),
    _fault("error-message-empty", "the message of an error is empty", "E1",
           refusals(lambda body: {**body, "errors": [{**one, "message": ""} for one in body["errors"]]})),
    _fault("error-message-missing", "errors have no message", "E1",
           refusals(lambda body: {**body, "errors": [without(one, "message") for one in body["errors"]]}), "IP102"),
    _fault("error-of-framework", "refusals have the shape of a framework", "E1",
           refusals(lambda _: {"detail": "Not acceptable"}), "IP413"),
    _fault("error-as-problem", "refusals are problem documents (RFC 9457)", "E1",
           refusals(lambda _: {"type": "about:blank", "title": "Bad request", "status": 400}), "IP413"),
    _fault("error-of-older-api", "refusals have the shape of the v1.1 API", "E1",
           refusals(lambda _: {"response": {"status": {"success": "false", "code": 500}}}), "IP110"),
    _fault("bad-request-html", "400 comes as an HTML page", "E1 R10", _content(400, _HTML, "text/html; charset=utf-8")),
    _fault("bad-request-empty", "400 comes without a body", "E1 R10",
           _content(400, b"", "application/json; charset=utf-8")),
    _fault("bad-request-text", "400 comes as a line of text", "E1 R10", _content(400, b"Bad Request", "text/plain")),
    _fault("bad-request-as-answer", "400 has the shape of an empty answer", "E1",
           answering(lambda _, told: replace(told, body={"name": "none", "interaction": [], "warnings": []})
                     if told.status == 400 else told)),  # noqa: PLR2004 - bad request
    _fault("not-found-html", "404 comes as an HTML page", "E1 R10", _content(404, _HTML, "text/html; charset=utf-8")),
    _fault("not-found-empty", "404 comes without a body", "E1 R10",
           _content(404, b"", "application/json; charset=utf-8")),
    _fault("not-found-xml", "404 comes in XML", "E1 R10", _content(404, _XML, "application/xml")),
    _fault("method-text", "405 comes as a line of text", "E1 R10", _content(405, b"Method Not Allowed", "text/plain")),
    _fault("unauthorised-xml", "401 comes in XML", "E1 R10", _content(401, _XML, "application/xml")),
)  # fmt: skip
