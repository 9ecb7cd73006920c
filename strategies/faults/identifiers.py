"""Faults of the look-up: identifiers that compare too strictly or too laxly, or lead to different answers."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from ...schemas.population import IDENTIFIERS
from .hooks import Json, asked_bodies, finding, matching, other_than
from .queries import KIND, VALUE, valued
from .record import Chapter, Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...schemas.asked import Asked
    from ...schemas.population import Customer, Population
    from .record import Plant

_fault: Final = Chapter(Family.IDENTIFIERS)
_EXTERNAL: Final = "external_id"


def _strict(kind: str, same: Callable[[str, str], bool]) -> Plant:
    """Plant a look-up that also asks for `same(asked, own)` of this kind of identifier."""

    def found(population: Population, name: str, value: str) -> Customer | None:
        customer = population.find(name, value)
        if customer is None or name != kind:
            return customer
        return customer if same(value, customer.identifier(kind) or "") else None

    return finding(found)


def _differently(kind: str, change: Callable[[Population, Customer], Customer | None]) -> Plant:
    """Plant a change of the customers that are found by this kind of identifier."""

    def found(population: Population, name: str, value: str) -> Customer | None:
        customer = population.find(name, value)
        return change(population, customer) if customer is not None and name == kind else customer

    return finding(found)


def _any_kind(population: Population, kind: str, value: str) -> Customer | None:
    found = (population.find(name, value) for name in (kind, *IDENTIFIERS))
    return next((one for one in found if one is not None), None)


def _nobody(population: Population, kind: str, value: str) -> Customer | None:
    found = population.find(kind, value)
    return found or next((replace(one, messages=()) for one in population), None)


def _anybody(population: Population, kind: str, value: str) -> Customer | None:
    return population.find(kind, value) or next(iter(population), None)


def _named(asked: Asked, body: Json) -> Json:
    return {**body, "name": f"{body['name']} ({asked.kind})"}


def _plain(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def _numeric(asked: str, own: str) -> bool:
    return asked.isdecimal() and own.isdecimal() and int(asked) == int(own)


def _undotted(address: str) -> str:
    local, _, domain = address.lower().partition("@")
    return f"{local.replace('.', '')}@{domain}"


def _untagged(address: str) -> str:
    local, _, domain = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _fewer(channels: tuple[str, ...]) -> Callable[[Population, Customer], Customer]:
    return lambda _, found: replace(found, messages=tuple(one for one in found.messages if one.channel not in channels))


def _beheaded(_: Population, found: Customer) -> Customer:
    return replace(found, messages=found.messages[1:])


def _truncated(length: int) -> Callable[[str, str, str], bool]:
    return lambda _, asked, own: len(asked) > length and asked[:length] == own[:length]


IDENTIFIER: Final = (
    _fault("email-case-sensitive", "addresses are compared letter by letter", "R7",
           _strict("email", lambda asked, own: asked == own)),
    _fault("email-domain-case-sensitive", "the domain of an address must be in lower case", "R7",
           _strict("email", lambda asked, _: asked.partition("@")[2].islower())),
    _fault("email-refused-in-capitals", "an address that is all capitals is not found", "R7",
           _strict("email", lambda asked, _: not asked.isupper())),
    _fault("email-dots-ignored", "dots before the @ are not looked at", "R7 R5",
           matching(lambda _, asked, own: "@" in asked and _undotted(asked) == _undotted(own), "email")),
    _fault("email-tag-ignored", "what follows a + in an address is not looked at", "R7 R5",
           matching(lambda _, asked, own: "@" in asked and _untagged(asked) == _untagged(own), "email"), rare=True),
    _fault("email-local-part", "the part before the @ is enough", "R7 R5",
           matching(lambda _, asked, own: asked.lower() == own.lower().partition("@")[0], "email")),
    _fault("email-by-prefix", "the beginning of an address is enough", "R7 R5",
           matching(lambda _, asked, own: own.lower().startswith(asked.lower()), "email")),
    _fault("mobile-plus-unknown", "a number with a plus is not found", "R7",
           _strict("mobile", lambda asked, _: not asked.startswith("+"))),
    _fault("mobile-two-pluses", "any number of pluses is passed over", "R7 R5",
           matching(lambda _, asked, own: asked.lstrip("+") == own, "mobile")),
    _fault("mobile-without-country", "the last ten digits of a number are enough", "R7 R5",
           matching(lambda _, asked, own: len(asked) > 9 and own.endswith(asked[-10:]), "mobile")),  # noqa: PLR2004
    _fault("mobile-by-prefix", "the beginning of a number is enough", "R7 R5",
           matching(lambda _, asked, own: own.startswith(asked), "mobile")),
    _fault("mobile-with-zeros", "leading zeros of a number are passed over", "R7 R5",
           matching(lambda _, asked, own: asked.lstrip("0") == own, "mobile")),
    _fault("mobile-with-signs", "spaces, dashes and brackets in a number are passed over", "R7 R5",
           matching(lambda _, asked, own: "".join(one for one in asked if one not in " -()") == own, "mobile")),
    _fault("spaces-count", "spaces around the value count", "R7",
           valued(VALUE, lambda value: b"%" + value if value.strip(b" ") not in {value, b""} else value)),
    _fault("spaces-after-count", "spaces after the value count", "R7",
           valued(VALUE, lambda value: value + b"_" if value.rstrip(b" ") not in {value, b""} else value)),
    _fault("external-any-case", "external ids compare without regard to case", "R7",
           matching(lambda _, asked, own: asked.casefold() == own.casefold(), _EXTERNAL)),
    _fault("external-without-zeros", "leading zeros of an external id are passed over", "R7",
           matching(lambda _, asked, own: _numeric(asked, own), _EXTERNAL), rare=True),
    _fault("external-by-prefix", "the beginning of an external id is enough", "R7 R5",
           matching(lambda _, asked, own: own.startswith(asked), _EXTERNAL)),
    _fault("external-by-substring", "any part of an external id is enough", "R7 R5",
           matching(lambda _, asked, own: asked in own, _EXTERNAL)),
    _fault("external-cut", "external ids are compared up to eight characters", "R7 R5",
           matching(_truncated(8), _EXTERNAL)),
    _fault("external-cut-at-64", "external ids are compared up to 64 characters", "R7 R5",
           matching(_truncated(64), _EXTERNAL), rare=True),
    _fault("external-without-accents", "accents in an external id are passed over", "R7 R5",
           matching(lambda _, asked, own: _plain(asked) == _plain(own), _EXTERNAL), rare=True),
    _fault("external-inner-spaces", "spaces within an external id are passed over", "R7 R5",
           matching(lambda _, asked, own: asked.replace(" ", "") == own.replace(" ", ""), _EXTERNAL), rare=True),
    _fault("external-ascii-only", "an external id with letters beyond ASCII is not found", "R5 R8",
           _strict(_EXTERNAL, lambda asked, _: asked.isascii()), rare=True),
    _fault("external-slash", "an external id with a slash is not found", "R8",
           _strict(_EXTERNAL, lambda asked, _: "/" not in asked), rare=True),
    _fault("external-zeros-lost", "an external id with leading zeros finds the one without", "R7 R8",
           valued(VALUE, lambda value: (value.lstrip(b"0") or value) if value.isdigit() else value), rare=True),
    _fault("plus-as-space", "a percent-encoded plus is read as a space", "R7 R8",
           valued(VALUE, lambda value: value.replace(b"+", b" ")), rare=True),
    _fault("decoded-twice", "the value is percent-decoded twice", "R7 R8",
           valued(VALUE, unquote_to_bytes), rare=True),
    _fault("name-not-looked-at", "`identifierName` does not matter: any identifier finds its customer", "R5 R8",
           finding(_any_kind)),
    _fault("old-spelling-unknown", "`identifierName` `external id` is refused", "R2",
           valued(KIND, lambda value: b"?" if value == b"external id" else value)),
    _fault("unknown-is-empty", "an unknown identifier gives 200 and nothing", "R5", finding(_nobody)),
    _fault("unknown-is-first", "an unknown identifier gives the first customer", "R5", finding(_anybody)),
    _fault("name-by-identifier", "`name` of the body tells the kind of identifier", "R8", asked_bodies(_named)),
    _fault("external-finds-fewer", "by external id, the first message is left out", "R8",
           _differently(_EXTERNAL, _beheaded)),
    _fault("mobile-finds-no-mail", "by mobile number, no e-mails are found", "R8",
           _differently("mobile", _fewer(("email", "emailbulk")))),
    _fault("email-finds-no-sms", "by address, no text messages are found", "R8",
           _differently("email", _fewer(("sms",)))),
    _fault("external-reorders", "by external id, messages come in reverse order", "R8",
           _differently(_EXTERNAL, lambda _, found: replace(found, messages=found.messages[::-1]))),
    _fault("mobile-finds-another", "by mobile number, another customer is found", "R8 R5",
           _differently("mobile", other_than)),
    _fault("mobile-unknown", "customers whose number begins with 49 are not found by it", "R8",
           _strict("mobile", lambda asked, _: not asked.lstrip("+").startswith("49")), rare=True),
    _fault("external-empty", "by external id, a customer has no messages", "R8",
           _differently(_EXTERNAL, lambda _, found: replace(found, messages=()))),
)  # fmt: skip
