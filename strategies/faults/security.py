"""Faults of security: credentials, other customers' messages, echoes, internals, values that are executed."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ...schemas.asked import Asked, read
from ...schemas.model import NOT_FOUND, Answer, Options, Request, refusal
from .hooks import answering, fields, finding, modelled, opting, other_than, wired
from .queries import VALUE, values
from .record import Chapter, Family, Hooks, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...schemas.population import Customer, Population
    from .record import Model, Plant

_fault: Final = Chapter(Family.SECURITY)
_TRACE: Final = (
    'Traceback (most recent call last):\n  File "/srv/app/interactions.py", line 118, in find\n'
    "    row = cursor.execute(query)\nOperationalError: no such column"
)
_SQL: Final = "SQLSTATE[42000]: syntax error near 'SELECT * FROM customers WHERE external_id = '"


def given(header: str | None) -> tuple[str, str]:
    """User and password of an `Authorization` field, as far as it can be read."""
    try:
        text = base64.b64decode((header or "").partition(" ")[2], validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return "", ""
    user, _, password = text.partition(":")
    return user, password


def _admitting(admits: Callable[[Request, tuple[str, str]], bool]) -> Plant:
    """Plant another judgement of credentials: those whom `admits` lets in get in, beside the rightful."""

    def change(request: Request, options: Options) -> Options:
        return replace(options, auth=None) if options.auth is not None and admits(request, options.auth) else options

    return opting(change)


def _has_basic(request: Request) -> bool:
    return (request.header("authorization") or "").lower().startswith("basic ")


def _forgetful() -> Hooks:
    """Whoever has been let in once stays in, whoever asks."""
    inside: list[bool] = []

    def wrap(model: Model) -> Model:
        def told(population: Population, request: Request, options: Options) -> Answer:
            usual = model(population, request, replace(options, auth=None) if inside else options)
            if usual.status == 200:  # noqa: PLR2004 - success
                inside.append(True)
            return usual

        return told

    return Hooks(model=wrap)


def _early(model: Model) -> Model:
    """Parameters and customers are looked at before credentials."""

    def told(population: Population, request: Request, options: Options) -> Answer:
        usual = model(population, request, options)
        if usual.status != 401:  # noqa: PLR2004 - unauthorised
            return usual
        known = model(population, request, replace(options, auth=None))
        return usual if known.status == 200 else known  # noqa: PLR2004 - success

    return told


def _unauthorised(change: Callable[[Reply], Reply]) -> Plant:
    return wired(lambda _, reply: change(reply) if reply.status == 401 else reply)  # noqa: PLR2004 - unauthorised


def _leaking(where: Callable[[Customer], bool], *, all_of_it: bool = False) -> Plant:
    """Plant: customers for whom `where` holds are told another's last message too, or all of them."""

    def found(population: Population, kind: str, value: str) -> Customer | None:
        customer = population.find(kind, value)
        if customer is None or not where(customer):
            return customer
        other = other_than(population, customer)
        more = () if other is None else other.messages[0 if all_of_it else -1 :]
        return replace(customer, messages=(*customer.messages, *more))

    return finding(found)


def _leaking_filter(model: Model) -> Model:
    """Where a filter leaves nothing, the next customer's messages are told."""

    def told(population: Population, request: Request, options: Options) -> Answer:
        usual = model(population, request, options)
        asked = read(request.query)
        if usual.status != 200 or usual.body["interaction"] or not isinstance(asked, Asked):  # noqa: PLR2004 - success
            return usual
        customer = population.find(asked.kind, asked.value)
        other = other_than(population, customer)
        if customer is None or other is None or asked.type is None:
            return usual
        kind, value = other.identifiers[0]
        pairs = [("identifierName", kind), ("identifierValue", value), ("type", asked.type)]
        lent = model(population, Request.of(pairs), replace(options, auth=None))
        return replace(usual, body={**lent.body, "name": customer.name}) if lent.status == 200 else usual  # noqa: PLR2004

    return told


def _when(wanted: Callable[[str], bool]) -> Plant:
    """Plant: values for which `wanted` holds find the first customer, as if executed."""

    def found(population: Population, kind: str, value: str) -> Customer | None:
        return population.find(kind, value) or (next(iter(population), None) if wanted(value) else None)

    return finding(found)


def _like(population: Population, kind: str, value: str) -> Customer | None:
    """`%` and `_` at the end stand for anything, as in SQL's LIKE."""
    if population.find(kind, value) is None and value.endswith("%"):
        start = value.rstrip("%").lower()
        return next((one for one in population if (one.identifier(kind) or "").lower().startswith(start)), None)
    return population.find(kind, value)


def _underscored(population: Population, kind: str, value: str) -> Customer | None:
    """`_` stands for any one character, as in SQL's LIKE."""

    def same(own: str) -> bool:
        return len(own) == len(value) and all(a in {"_", b} for a, b in zip(value, own, strict=True))

    exact = population.find(kind, value)
    return exact or next((one for one in population if "_" in value and same(one.identifier(kind) or "")), None)


def _asked_values(request: Request) -> list[str]:
    return [value.decode("utf-8", "replace") for value in values(request, VALUE)]


def _echoing(statuses: set[int]) -> Plant:
    """Plant: messages of refusals repeat the identifier."""

    def change(request: Request, told: Answer) -> Answer:
        if told.status not in statuses or not any(_asked_values(request)):
            return told
        text = f"Nothing is known of {_asked_values(request)[0]}"
        return replace(told, body={**told.body, "errors": [{**one, "message": text} for one in told.body["errors"]]})

    return answering(change)


def _page(request: Request, reply: Reply) -> Reply:
    """Refusals are a page with the value in it, as it came."""
    if reply.status not in {400, 404} or not _asked_values(request):
        return reply
    page = f"<html><body>No customer {_asked_values(request)[0]}</body></html>".encode("utf-8", "replace")
    return fields(replace(reply, content=page), content_type="text/html; charset=utf-8")


def _echo_field(request: Request, reply: Reply) -> Reply:
    """A header field repeats the value, as far as a field may hold it."""
    asked = [value for value in _asked_values(request) if value.isascii() and value.isprintable() and value.strip()]
    return fields(reply, x_asked_for=asked[0].strip()) if asked else reply


def _told(status: int, text: str, wanted: Callable[[Request], bool] = lambda _: True) -> Plant:
    """Plant another message of the refusals with this status."""

    def change(request: Request, told: Answer) -> Answer:
        if told.status != status or not wanted(request):
            return told
        return replace(told, body={**told.body, "errors": [{**told.body["errors"][0], "message": text}]})

    return answering(change)


def _crashing(wanted: Callable[[Request], bool], text: str) -> Plant:
    """Plant a failure that shows the inside, for the requests for which `wanted` holds."""

    def change(request: Request, told: Answer) -> Answer:
        if told.status not in {400, 404} or not wanted(request):
            return told
        return Answer(500, {"errors": [{"code": 500, "message": text}], "warnings": []}, told.headers, told.silent)

    return answering(change)


def _sign(*signs: bytes) -> Callable[[Request], bool]:
    return lambda request: any(sign in value for sign in signs for value in values(request, VALUE))


def _hinted(told: Answer, options: Options) -> Answer:
    """A refusal that names the user."""
    if told.status != 401 or options.auth is None:  # noqa: PLR2004 - unauthorised
        return told
    text = f"wrong password for user {options.auth[0]}"
    return replace(told, body={**told.body, "errors": [{"code": 401, "message": text}]})


def _malformed(request: Request, told: Answer) -> Answer:
    """Credentials without a colon make the server fail."""
    header = request.header("authorization")
    wrong = header is not None and told.status == 401 and given(header)[1] == ""  # noqa: PLR2004 - unauthorised
    return replace(told, status=500) if wrong else told


def _repeating(request: Request, told: Answer) -> Answer:
    """A refusal that repeats the credentials."""
    header = request.header("authorization")
    if told.status != 401 or header is None:  # noqa: PLR2004 - unauthorised
        return told
    text = "refused: " + ":".join(given(header))
    return replace(told, body={**told.body, "errors": [{"code": 401, "message": text}]})


def _quoting(request: Request, told: Answer) -> Answer:
    """A refusal that repeats the query string."""
    if told.status != 400 or not request.query:  # noqa: PLR2004 - bad request
        return told
    text = "invalid: " + request.query.decode("ascii", "replace")
    return replace(told, body={**told.body, "errors": [{"code": 400, "message": text}]})


def _debugging(request: Request, told: Answer) -> Answer:
    body: dict[str, Any] = told.body
    if b"debug=" not in request.query:
        return told
    return replace(told, body={**body, "debug": {"sql": _SQL, "file": "/srv/app/interactions.py"}})


SECURITY: Final = (
    _fault("auth-ignored", "credentials are not asked for", "R6", _admitting(lambda _, __: True)),
    _fault("auth-any-password", "the password is not looked at", "R6",
           _admitting(lambda request, auth: given(request.header("authorization"))[0] == auth[0])),
    _fault("auth-any-user", "the user is not looked at", "R6",
           _admitting(lambda request, auth: given(request.header("authorization"))[1] == auth[1])),
    _fault("auth-any-basic", "any Basic credentials will do", "R6", _admitting(lambda request, _: _has_basic(request))),
    _fault("auth-any-scheme", "the scheme of the credentials is not looked at", "R6",
           _admitting(lambda request, auth: given(request.header("authorization")) == auth)),
    _fault("auth-token-accepted", "any bearer token will do", "R6",
           _admitting(lambda request, _: (request.header("authorization") or "").lower().startswith("bearer "))),
    _fault("auth-only-wrong-refused", "no credentials at all will do", "R6",
           _admitting(lambda request, _: request.header("authorization") is None)),
    _fault("auth-empty-password", "an empty password will do", "R6",
           _admitting(lambda request, auth: given(request.header("authorization")) == (auth[0], ""))),
    _fault("auth-password-prefix", "the beginning of the password will do", "R6",
           _admitting(lambda request, auth: given(request.header("authorization"))[0] == auth[0]
                      and auth[1].startswith(given(request.header("authorization"))[1] or "\0"))),
    _fault("auth-any-case", "capitals of the credentials do not matter", "R6",
           _admitting(lambda request, auth: ":".join(given(request.header("authorization"))).lower()
                      == ":".join(auth).lower())),
    _fault("auth-not-for-head", "HEAD needs no credentials", "R6",
           _admitting(lambda request, _: request.method == "HEAD")),
    _fault("auth-not-with-filter", "a request with `type` needs no credentials", "R6",
           _admitting(lambda request, _: b"type=" in request.query)),
    _fault("auth-remembered", "after one who may, everybody may", "R6", _forgetful),
    _fault("auth-after-look-up", "whether a customer exists is told without credentials", "R6 R5", modelled(_early)),
    _fault("auth-forbidden", "missing credentials give 403", "R6",
           _unauthorised(lambda reply: replace(reply, status=403))),
    _fault("auth-bad-request", "missing credentials give 400", "R6",
           _unauthorised(lambda reply: replace(reply, status=400))),
    _fault("auth-not-found", "missing credentials give 404", "R6",
           answering(lambda _, told: replace(refusal(404, NOT_FOUND), silent=told.silent)
                     if told.status == 401 else told)),  # noqa: PLR2004 - unauthorised
    _fault("auth-crash", "malformed credentials make the server fail", "R6 R9",
           answering(_malformed), "IP412"),
    _fault("auth-without-challenge", "401 comes without WWW-Authenticate", "R6",
           _unauthorised(lambda reply: fields(reply, www_authenticate=None))),
    _fault("auth-other-challenge", "401 asks for a bearer token", "R6",
           _unauthorised(lambda reply: fields(reply, www_authenticate="Bearer"))),
    _fault("auth-hint", "401 tells which user there is", "R6 E2",
           modelled(lambda model: lambda people, request, options: _hinted(model(people, request, options), options))),
    _fault("leak-to-all", "everybody is told another's last message too", "R8 S5", _leaking(lambda _: True)),
    _fault("leak-to-one", "a customer with three messages is told another's last one too", "R8 S5",
           _leaking(lambda customer: len(customer.messages) == 3), rare=True),  # noqa: PLR2004 - three
    _fault("leak-to-empty", "a customer without messages is told another's", "R8 S5",
           _leaking(lambda customer: not customer.messages, all_of_it=True), rare=True),
    _fault("leak-by-filter", "a `type` without a match is answered with another's messages", "F1 S5",
           modelled(_leaking_filter)),
    _fault("star-matches", "a * finds the first customer", "R5", _when(lambda value: "*" in value)),
    _fault("percent-matches", "a % at the end stands for anything", "R5", finding(_like)),
    _fault("underscore-matches", "a _ stands for any character", "R5", finding(_underscored)),
    _fault("sql-or-matches", "' OR '1'='1 finds the first customer", "R5",
           _when(lambda value: "'" in value and " or " in value.lower())),
    _fault("sql-comment-matches", "what follows '-- is not looked at", "R5",
           finding(lambda population, kind, value: population.find(kind, value)
                   or population.find(kind, value.partition("'")[0]))),
    _fault("sql-union-matches", "UNION SELECT finds the first customer", "R5",
           _when(lambda value: "union" in value.lower() and "select" in value.lower())),
    _fault("object-query-matches", 'a query object such as {"$ne": null} finds the first customer', "R5",
           _when(lambda value: "$" in value and "{" in value)),
    _fault("pattern-matches", "values are regular expressions", "R5",
           _when(lambda value: ".*" in value or value == "^")),
    _fault("template-matches", "{{7*7}} and ${7*7} are evaluated", "R5", _when(lambda value: "7*7" in value)),
    _fault("null-word-matches", "the words null and undefined find the first customer", "R5",
           _when(lambda value: value.lower() in {"null", "undefined", "none", "nil"})),
    _fault("path-value-matches", "../ finds the first customer", "R5", _when(lambda value: "../" in value)),
    _fault("echo-not-found", "404 repeats the identifier", "E2", _echoing({404})),
    _fault("echo-bad-request", "400 repeats the identifier", "E2", _echoing({400})),
    _fault("echo-html", "400 and 404 are a page that repeats the value as it came", "E2 E1 R10", wired(_page)),
    _fault("echo-field", "a header field repeats the value", "E2", wired(_echo_field)),
    _fault("echo-parameters", "400 repeats the query string", "E2",
           answering(_quoting)),
    _fault("trace-in-bad-request", "400 shows a traceback", "E2", _told(400, _TRACE)),
    _fault("trace-in-not-found", "404 shows a traceback", "E2", _told(404, _TRACE)),
    _fault("sql-in-not-found", "404 shows the query", "E2", _told(404, _SQL)),
    _fault("file-in-not-found", "404 names a file", "E2", _told(404, "/srv/app/data/customers.db: no row")),
    _fault("version-in-bad-request", "400 names classes and versions", "E2",
           _told(400, "org.springframework.web.bind.MissingServletRequestParameterException (Tomcat 9.0.31)")),
    _fault("sql-crash", "a quote makes the server fail and show its query", "R9 E2",
           _crashing(_sign(b"'", b'"'), _SQL), "IP412"),
    _fault("trace-crash", "brackets make the server fail and show a traceback", "R9 E2",
           _crashing(_sign(b"<", b"{", b"("), _TRACE), "IP412"),
    _fault("debug-parameter", "debug=1 shows the inside", "R4 E2", answering(_debugging), "IP109"),
    _fault("admin-parameter", "admin=1 needs no credentials", "R6 R4",
           _admitting(lambda request, _: b"admin=" in request.query)),
    _fault("role-field", "a header field X-Forwarded-For of this machine needs no credentials", "R6",
           _admitting(lambda request, _: request.header("x-forwarded-for") == "127.0.0.1")),
    _fault("credentials-in-body", "401 repeats the credentials", "E2 R6",
           answering(_repeating)),
)  # fmt: skip
