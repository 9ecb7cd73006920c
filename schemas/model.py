"""The executable model: the pure function (population, request) -> answer, clause by clause of reference-behaviour."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from .asked import Asked, Complaint, read
from .document import operation
from .population import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .population import Customer, Message, Population

Headers = tuple[tuple[str, str], ...]
"""Header fields in their order, names in lower case."""

METHODS: Final = (operation().method, "HEAD")
"""The methods that the operation answers (R1)."""

JSON_TYPE: Final = ("content-type", "application/json; charset=utf-8")
"""The one media type of every body (R10)."""

NOT_FOUND: Final = Complaint(1012, "Customer not found")
NO_PATH: Final = Complaint(404, "There is nothing at this path")
NO_METHOD: Final = Complaint(405, "This method is not allowed here")
NO_ACCESS: Final = Complaint(401, "Credentials are missing or wrong")
TOO_MANY: Final = Complaint(429, "Too many requests, try again later")
FAILURE: Final = Complaint(500, "The request could not be answered")

_OTP: Final = re.compile(r"otp|one[- ]?time[- ](?:password|passcode|pin|code)", re.IGNORECASE)
_CODE: Final = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived: the path percent-decoded, the query string raw, header names in lower case."""

    method: str
    path: str
    query: bytes = b""
    headers: Headers = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], *, method: str = "GET", headers: Headers = ()) -> Request:
        """A request of the operation with these query parameters.

        >>> Request.of([("identifierName", "email"), ("identifierValue", "ada@example.com")]).query
        b'identifierName=email&identifierValue=ada%40example.com'
        """
        return cls(method, operation().path, urlencode(list(pairs), quote_via=quote, safe="").encode(), headers)

    def header(self, name: str) -> str | None:
        """The value of the header field `name` (lower case); `None` where it is absent or repeated."""
        found = [value for key, value in self.headers if key == name]
        return found[0] if len(found) == 1 else None

    def __repr__(self) -> str:
        """Say what kind of thing this is; query and headers hold personal values and credentials."""
        return f"<Request {self.method}, {len(self.query)} bytes of query>"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. `body` is a JSON value that is not sent, though measured, where `silent` (HEAD)."""

    status: int
    body: Any
    headers: Headers = (JSON_TYPE,)
    silent: bool = False

    def __repr__(self) -> str:
        """Tell the status only; the body is personal."""
        return f"<Answer {self.status}>"


@dataclass(frozen=True, slots=True)
class Options:
    """How a server was started: the credentials it asks for (`user`, `password`), and whether codes are masked."""

    auth: tuple[str, str] | None = field(default=None, repr=False)
    masked: bool = True


def answer(population: Population, request: Request, options: Options | None = None) -> Answer:
    """What a strict implementation answers. It looks at path, method, credentials, parameters, customer, in this order.

    >>> from interpact.schemas.population import Customer, Customers
    >>> people = Customers([Customer("Ada", (("email", "ada@example.com"),))])
    >>> answer(people, Request.of([("identifierName", "email"), ("identifierValue", "ada@example.com")])).body
    {'name': 'Ada', 'interaction': [], 'warnings': []}
    """
    told = _answer(population, request, options or Options())
    return Answer(told.status, told.body, told.headers, silent=True) if request.method == "HEAD" else told


def _answer(population: Population, request: Request, options: Options) -> Answer:
    if request.path != operation().path:
        return refusal(404, NO_PATH)
    if request.method not in METHODS:
        return refusal(405, NO_METHOD, headers=(("allow", ", ".join(METHODS)),))
    if options.auth is not None and not is_authorised(request.header("authorization"), options.auth):
        return refusal(401, NO_ACCESS, headers=(("www-authenticate", 'Basic realm="interactions", charset="UTF-8"'),))
    asked = read(request.query)
    if not isinstance(asked, Asked):
        return refusal(400, *asked)
    customer = population.find(asked.kind, asked.value)
    if customer is None:
        return refusal(404, NOT_FOUND)
    return Answer(200, body_of(customer, asked, masked=options.masked))


def refusal(status: int, *complaints: Complaint, headers: Headers = ()) -> Answer:
    """An answer in the error envelope (E1).

    >>> refusal(404, NOT_FOUND).body
    {'errors': [{'code': 1012, 'message': 'Customer not found'}], 'warnings': []}
    """
    errors = [{"code": one.code, "message": one.message} for one in complaints]
    return Answer(status, {"errors": errors, "warnings": []}, (JSON_TYPE, *headers))


def body_of(customer: Customer, asked: Asked, *, masked: bool = True) -> dict[str, Any]:
    """The body of a successful answer (S1-S12, F1-F4)."""
    chosen = [one for one in customer.messages if _is_asked_for(one, asked)]
    groups = [_group(name, [one for one in chosen if one.channel == name], masked=masked) for name in CHANNELS]
    return {"name": customer.name, "interaction": [one for one in groups if one["count"]], "warnings": []}


def _is_asked_for(message: Message, asked: Asked) -> bool:
    return asked.type in {None, message.channel} and asked.network in {None, message.network}


def _group(name: str, messages: list[Message], *, masked: bool) -> dict[str, Any]:
    told = [_masked(one.body) if masked else dict(one.body) for one in messages]
    return {"name": name, "count": len(told), "messageList": told}


def _masked(message: Mapping[str, Any]) -> dict[str, Any]:
    return {**message, "subject": mask(message["subject"])}


def mask(subject: str) -> str:
    """A subject without one-time passwords (S12).

    >>> mask("Your OTP is 493021"), mask("Order 493021")
    ('Your OTP is ******', 'Order 493021')
    """
    return _CODE.sub(lambda found: "*" * len(found[0]), subject) if _OTP.search(subject) else subject


def is_authorised(header: str | None, auth: tuple[str, str]) -> bool:
    """Whether the value of an `Authorization` field holds these credentials (RFC 7617).

    >>> is_authorised("Basic dGlsbDpzZWNyZXQ=", ("till", "secret"))
    True
    """
    scheme, _, token = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(token.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, ":".join(auth).encode())
