"""A modest set of requests to ask a server, and what it answers as an exchange that can be checked."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from interpact.contract.exchange import Exchange, Place
from interpact.contract.exchange import Request as Recorded
from interpact.contract.exchange import Response as Told
from interpact.schemas.document import operation
from interpact.schemas.model import Request
from interpact.schemas.population import IDENTIFIERS, NETWORKS, NETWORKS_OF, TYPES, Customer, Customers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interpact.strategies.faults import Reply

PATH: Final = operation().path
AUTH: Final = ("till", "Secret:1")
METHODS: Final = ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
HOSTILE: Final = (
    "*", "%", "_", "' OR '1'='1", "x' UNION SELECT 1", '{"$ne": null}', ".*", "{{7*7}}", "null", "../../etc/passwd",
    "<script>alert(1)</script>", "(x)", '"', "\U0001f44b", "é", "nobody", "x" * 256, "x" * 200,
)  # fmt: skip
RAW: Final = (
    b"", b"identifierName=email", b"identifierValue=x", b"identifierName=&identifierValue=x",
    b"identifierName=Email&identifierValue=x", b"identifierName=phone&identifierValue=x",
    b"identifierName=email&identifierValue=", b"identifierName=email&identifierValue=%20%20",
    b"identifierName=email&identifierValue=%00", b"identifierName=email&identifierValue=a%00b",
    b"identifierName=email&identifierValue=a%0Ab", b"identifierName=email&identifierValue=a%7F",
    b"identifierName=email&identifierValue=%C2%85", b"identifierName=external_id&identifierValue=%FF",
    b"identifierName=external_id&identifierValue=" + b"x" * 257,
    b"identifierName=external_id&identifierValue=" + b"x" * 5000,
    b"identifierName=external+id&identifierValue=x",
)  # fmt: skip
"""Query strings that are refused with 400, whoever there is."""


def basic(user: str, password: str, scheme: str = "Basic") -> tuple[tuple[str, str], ...]:
    return (("authorization", f"{scheme} {base64.b64encode(f'{user}:{password}'.encode()).decode()}"),)


def of(customer: Customer, kind: str, /, **more: str) -> Request:
    """A request for one customer by one kind of identifier."""
    pairs = [("identifierName", kind), ("identifierValue", customer.identifier(kind) or ""), *more.items()]
    return Request.of(pairs)


def valid(customers: Customers) -> Iterator[Request]:
    """Every customer by every identifier; a few also by every filter."""
    for customer in customers:
        yield from (of(customer, kind) for kind in IDENTIFIERS)
    for customer in (list(customers)[index] for index in (0, 1, 2, 3, 6, 7, 10)):
        for kind in TYPES:
            yield of(customer, "email", type=kind)
            yield from (of(customer, "email", type=kind, network=network) for network in NETWORKS_OF[kind])
        yield from (of(customer, "email", network=network) for network in NETWORKS)


def spelled(customers: Customers) -> Iterator[Request]:
    """Other spellings of identifiers, and identifiers that nobody has but that look like somebody's."""
    for customer in (list(customers)[index] for index in (0, 1, 2, 3, 4, 6, 7, 8, 11)):
        email, mobile, external = (customer.identifier(kind) or "" for kind in IDENTIFIERS)
        local, _, domain = email.partition("@")
        for value in (email.upper(), f" {email} ", email + " ", " " + email, local, email[:-1], email + "'--",
            email[:5] + "%", email[:-1] + "_",
                      f"{local.replace('.', '')}@{domain}", f"{local}+x@{domain}", f"{local}@{domain.upper()}",
                      external):  # fmt: skip
            yield Request.of([("identifierName", "email"), ("identifierValue", value)])
        for value in (
            "+" + mobile,
            "++" + mobile,
            "00" + mobile,
            mobile[:-1],
            "0" + mobile[2:],
            f"({mobile})",
            mobile[-10:],
        ):
            yield Request.of([("identifierName", "mobile"), ("identifierValue", value)])
        for value in (external.swapcase(), external[1:], external[:-1], "0" + external, external + " ",
                      external.replace(" ", ""), external.replace("Å", "A"), external[:8] + "?",
                          external[:64] + "?"):  # fmt: skip
            yield Request.of([("identifierName", "external_id"), ("identifierValue", value)])
        yield Request.of([("identifierName", "external id"), ("identifierValue", external)])


def odd(customers: Customers) -> Iterator[Request]:
    """Invalid requests, hostile values, other methods and paths, unknown parameters."""
    first = next(iter(customers))
    good = of(first, "email")
    email = first.identifier("email") or ""
    yield from (replace(good, query=raw) for raw in RAW)
    yield from (Request.of([("identifierName", kind), ("identifierValue", value)])
                for value in HOSTILE for kind in IDENTIFIERS)  # fmt: skip
    for name, value in (("identifierName", "email"), ("identifierName", "mobile"), ("identifierValue", email),
                        ("identifierValue", "x"), ("type", ""), ("type", "EMAIL"), ("type", "sms"), ("type", "pigeon"),
                        ("type", "email,sms"), ("type", " email"), ("network", ""), ("network", "Facebook"),
                        ("network", "myspace"), ("page", "2"), ("debug", "1"), ("admin", "1"), ("q", "x")):  # fmt: skip
        yield replace(good, query=good.query + f"&{name}={value.replace(' ', '%20')}".encode())
    for more in ("&type=email&type=email", "&type=email&type=sms", "&type=sms&type=email", "&network=twitter&network=x",
                 "&network=x&network=twitter", "&type=checkin&network=twitter", "&type=email&network=facebook",
                 "&type=like&network=twitter"):  # fmt: skip
        yield replace(good, query=good.query + more.encode())
    for start in (b"identifierName=externalId", b"identifierName=Email", b"identifierName=%20email", b"x=1"):
        yield replace(good, query=good.query.replace(b"identifierName=email", start))
    yield replace(good, query=good.query.replace(b"identifierValue=", b"identifierValue=%00") + b"%00x%09")
    yield replace(good, query=good.query + b"%09")
    yield replace(good, query=good.query + b"%01")
    long = next(one for one in customers if len(one.identifier("external_id") or "") == 256)
    yield replace(of(long, "external_id"), query=of(long, "external_id").query + b"y")
    yield from (replace(good, method=method) for method in METHODS)
    yield from (replace(good, path=path) for path in (PATH + "/", PATH.upper(), PATH + "/export", "/", "/v1"))
    yield replace(good, method="HEAD", query=b"")


def unauthorised(customers: Customers) -> Iterator[Request]:
    """Requests without the right credentials."""
    good = of(next(iter(customers)), "email")
    user, password = AUTH
    for headers in ((), basic(user, "wrong"), basic("wrong", password), basic("x", "y"), basic(user, ""), basic(user,
        "Sec"),
                    basic(user.upper(), password), basic(user, password, "Digest"), (("authorization",
                        "Bearer token"),),
                    (("authorization", "Basic ???"),), basic(user, password) * 2,
                    (("x-forwarded-for", "127.0.0.1"),)):  # fmt: skip
        yield replace(good, headers=headers)
    yield replace(good, method="HEAD")
    yield replace(good, query=good.query + b"&type=email")
    yield replace(good, query=good.query + b"&admin=1")
    yield replace(good, query=b"")


def probes(customers: Customers) -> list[Request]:
    """All of these; those of the first kinds with the credentials `AUTH`."""
    asked = [*valid(customers), *spelled(customers), *odd(customers)]
    asked = [replace(one, headers=basic(*AUTH)) for one in asked]
    lost = list(unauthorised(customers))
    return [*lost, *asked, *asked[:60], *lost]


def exchange(request: Request, reply: Reply) -> Exchange:
    """What a recorder would have written down; without credentials, which are not what is judged here."""
    url = f"http://localhost{request.path}?{request.query.decode('latin-1')}"
    silent = request.method == "HEAD"
    told = Told.of(None if silent else reply.content, reply.status, reply.headers)
    return Exchange(Place("served"), Recorded.of(request.method, url), told)
