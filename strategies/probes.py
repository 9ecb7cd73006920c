"""Probes: labelled requests about known customers, and labelled requests that have to be refused.

What the answer should be, the executable model tells once the customers' messages are learned; a probe only says what
is tried, and which rule is broken where the answer is another one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from ..schemas.document import operation
from ..schemas.population import IDENTIFIERS, NETWORKS, NETWORKS_OF, OLD_SPELLING, TYPES

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Pairs = tuple[tuple[str, str], ...]
Headers = tuple[tuple[str, str], ...]

KIND, VALUE, NETWORK, TYPE = operation().parameters
_HARMLESS: Final = frozenset({KIND, NETWORK, TYPE, ""})
_LONGEST: Final = 256
_PATH: Final = operation().path
_Choice = TypeVar("_Choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One request: what is tried, the rule that a wrong answer breaks, and what goes over the wire.

    `customer` is the index of the customer it is about, or `None`; `strict` marks what only reference-behaviour
    promises; `credentials` is `right`, `none`, `wrong`, or what is wrong with them; `plain` marks the unfiltered read
    that others are compared with.
    """

    what: str
    rule: str
    query: str
    customer: int | None = None
    mentions: int | None = None
    """The index of a customer one of whose identifiers stands in it, though it is not about anybody."""
    method: str = "GET"
    path: str = _PATH
    headers: Headers = ()
    strict: bool = False
    credentials: str = "right"
    plain: bool = False
    also: tuple[int, ...] = ()
    """Other statuses that the answer may have: where the clauses can be read in two ways."""
    values: tuple[str, ...] = ()

    @property
    def network(self) -> str:
        """The network that it asks for, or an empty text."""
        return self.query.partition(f"&{NETWORK}=")[2]

    @property
    def target(self) -> str:
        """Path and query as they go over the wire."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def masked(self) -> str:
        """The target with a placeholder for what identifies a known customer, exactly or nearly."""
        about = self.mentions if self.customer is None else self.customer
        if about is None or not self.query:
            return self.target
        pairs = (pair.partition("=") for pair in self.query.split("&"))
        kept = (f"{name}{equals}{value if name in _HARMLESS else f'<of customer {about + 1}>'}"
                for name, equals, value in pairs)  # fmt: skip
        return f"{self.path}?{'&'.join(kept)}"

    @property
    def size(self) -> tuple[int, int]:
        """How small the request is: its parameters, then its length."""
        return (self.query.count("&") + bool(self.query), len(self.target))

    def __repr__(self) -> str:
        """Say what is tried; the request itself is personal."""
        return f"<Probe: {self.what}>"


def query_of(pairs: Iterable[tuple[str, str]]) -> str:
    """A query string, percent-encoded (RFC 3986 §2.1).

    >>> query_of([("identifierValue", "ada+1@example.com")])
    'identifierValue=ada%2B1%40example.com'
    """
    return "&".join(
        f"{quote(name, safe='')}={quote(value, safe='', errors='surrogateescape')}" for name, value in pairs
    )


def reads(customers: Sequence[Mapping[str, str]]) -> Iterator[Probe]:
    """The unfiltered reads of every customer, by each identifier."""
    for index, customer in enumerate(customers):
        for kind, value in customer.items():
            yield _about(index, f"all interactions, by {kind}", "IP303", ((KIND, kind), (VALUE, value)), plain=True)


def by_network(customers: Sequence[Mapping[str, str]], index: int, networks: Iterable[str]) -> Iterator[Probe]:
    """The reads that tell which network a customer's messages belong to."""
    kind, value = next(iter(customers[index].items()))
    for network in networks:
        pairs = ((KIND, kind), (VALUE, value), (NETWORK, network))
        yield _about(index, f"network={network}", "IP302", pairs)


def filters(customers: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[Probe]:
    """Each filter, and each pair of them that goes together, for every customer; any identifier will do."""
    chosen: list[Pairs] = [((TYPE, kind),) for kind in TYPES] + [((NETWORK, network),) for network in NETWORKS]
    chosen += [((TYPE, kind), (NETWORK, network)) for kind in TYPES for network in NETWORKS_OF[kind]]
    for index, pairs in _shuffled(customers, chosen, chance):
        what = "&".join(f"{name}={value}" for name, value in pairs)
        yield _about(index, what, "IP302", (*_identity(customers[index], chance), *pairs))


def contradictions(customers: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[Probe]:
    """Types with networks that they do not belong to. Which ones the page ties to a network, the document says."""
    tied = operation().parameters[TYPE]["x-interpact-depends"][NETWORK]
    wrong = [(kind, network) for kind in TYPES for network in NETWORKS if network not in NETWORKS_OF[kind]]
    for index, (kind, network) in _shuffled(customers, wrong, chance):
        pairs = (*_identity(customers[index], chance), (TYPE, kind), (NETWORK, network))
        yield _about(index, f"type={kind} with network={network}", "IP311", pairs, strict=kind not in tied)


def spellings(customers: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[Probe]:
    """The same request spelled in another way that means the same."""
    for index, customer in enumerate(customers):
        kind, value = chance.choice(list(customer.items()))
        usual = query_of(((KIND, kind), (VALUE, value)))
        every = "".join(f"%{byte:02X}" for byte in value.encode())
        yield from (
            _spelled(index, "parameters in another order", query_of(((VALUE, value), (KIND, kind)))),
            _spelled(index, "every byte percent-encoded", f"{KIND}={kind}&{VALUE}={every}"),
            _spelled(index, "percent-encoded in lower case", f"{KIND}={kind}&{VALUE}={every.lower()}"),
            _spelled(index, "a parameter name percent-encoded", f"{KIND}={kind}&%69{VALUE[1:]}={every}"),
            _spelled(index, "an unknown parameter", f"{usual}&_=1", strict=True),
            _spelled(index, "an unknown parameter twice", f"{usual}&foo=1&foo=2", strict=True),
            _spelled(index, "an unknown parameter in front", f"limit=1&page=2&{usual}", strict=True),
            _spelled(index, "an empty pair", f"&{usual}&", strict=True),
            *(_spelled(index, extra, f"{usual}&{extra}", strict=True) for extra in chance.sample(_EXTRAS, 3)),
            *_liberties(index, customer),
        )


_EXTRAS: Final = (
    "debug=1", "debug=true", "admin=1", "trace=1", "verbose=true", "test=1", "callback=x", "format=xml", "format=json",
    "limit=1", "limit=0", "offset=1", "page=2", "size=1", "sort=desc", "fields=id", "count=1", "from=2020-01-01",
    "identifiervalue=x", "Type=email", "user=admin", "source=WEB", "accountId=1", "mobile=1", "v=1", "q=%25",
)  # fmt: skip
"""Parameters that are not declared, and so are ignored (R4)."""


def _liberties(index: int, customer: Mapping[str, str]) -> Iterator[Probe]:
    """What reference-behaviour R2 and R7 allow: spaces around, letter case of an address, a plus, the old spelling."""
    for kind, value in customer.items():
        variants = {"spaces around the value": f"  {value} "}
        if kind == "email":
            variants |= {"the address in upper case": _upper(value), "the address in mixed case": _title(value)}
        if kind == "mobile":
            variants |= {"a plus before the number": f"+{value}"}
        for what, variant in variants.items():
            yield _spelled(index, f"{kind}: {what}", query_of(((KIND, kind), (VALUE, variant))), strict=True)
        for old, new in OLD_SPELLING.items():
            if kind == new:
                yield _spelled(
                    index, f"the old spelling of {new}", query_of(((KIND, old), (VALUE, value))), strict=True
                )


def strangers(customers: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[Probe]:
    """Identifiers that nobody has, some of them close to one that somebody has."""
    nobody = ("nobody@nowhere.invalid", "99999999999", "nobody-0000")
    for kind, value in zip(IDENTIFIERS, nobody, strict=True):
        for extra in ((TYPE, "email"), (TYPE, "tweet"), (NETWORK, "capillary"), (NETWORK, "twitter")):
            yield Probe(
                what=f"nobody's {kind} with {extra[0]}={extra[1]}",
                rule="IP310",
                query=query_of(((KIND, kind), (VALUE, value), extra)),
                values=(value,),
            )
    for kind in IDENTIFIERS:
        for value in _NOBODY:
            yield _stranger(None, kind, value, "an injection or a wildcard")
    for index, customer in enumerate(customers):
        for kind, value in customer.items():
            for what, variant in _neighbours(kind, value, chance):
                yield _stranger(index, kind, variant, what)
        for kind, value in customer.items():
            other = chance.choice([one for one in IDENTIFIERS if one != kind])
            yield _stranger(index, other, value, f"a {kind} given as {other}")


_NOBODY: Final = (
    "%", "*", "_", "%%", ".*", "?", "' OR '1'='1", "' OR 1=1 --", '" OR ""="', "1 OR 1=1", "'; DROP TABLE x; --",
    "%' --", "a' UNION SELECT 1 --", "${7*7}", "{{7*7}}", "../../etc/passwd", "<script>alert(1)</script>", "null",
    "undefined", "None", "0", "-1", "true", "[]", "{}", '{"$ne":null}', "*)(uid=*", "nobody@nowhere.invalid",
    "00000000", "999999999999999", "\u202eabc", "\U0001f600", "e\u0301", "\u00e9", "a" * _LONGEST,
)  # fmt: skip


def _addresses(value: str) -> Iterator[tuple[str, str]]:
    """Addresses that some mail services would deliver to the same person."""
    local, _, domain = value.rpartition("@")
    yield "email: a dot more before the @", f"{local[:1]}.{local[1:]}@{domain}"
    yield "email: without dots before the @", f"{local.replace('.', '')}@{domain}"
    yield "email: a tag before the @", f"{local}+tag@{domain}"
    yield "email: without a tag before the @", f"{local.partition('+')[0]}@{domain}"
    yield "email: at another domain", f"{local}@elsewhere.invalid"
    yield "email: at a domain above", f"{local}@{domain.partition('.')[2] or domain}"
    yield "email: its local part only", local
    yield "email: somebody else at its domain", f"nobody0000@{domain}"


def _neighbours(kind: str, value: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    if kind == "email":
        yield from _addresses(value)
    at = chance.randrange(len(value)) if value else 0
    changed = "7" if value[at : at + 1] != "7" else "8"
    yield from (
        (f"{kind}: without its last character", value[:-1]),
        (f"{kind}: without its first character", value[1:]),
        (f"{kind}: with one character more", f"{value}1"),
        (f"{kind}: one character replaced", value[:at] + changed + value[at + 1 :]),
        (f"{kind}: a wildcard at the end", f"{value[:-1]}%"),
        (f"{kind}: a wildcard for one character", f"{value[:at]}_{value[at + 1 :]}"),
        (f"{kind}: a leading zero more", f"0{value}"),
        (f"{kind}: leading zeros less", value.lstrip("0") or "0"),
        (f"{kind}: in another case", value.swapcase()),
        (f"{kind}: a condition added", f"{value}' OR '1'='1"),
        (f"{kind}: a comment added", f"{value}'--"),
        (f"{kind}: two pluses before it", f"++{value}"),
        (f"{kind}: a plus before it", f"+{value}"),
        (f"{kind}: a space inside", f"{value[: len(value) // 2]} {value[len(value) // 2 :]}"),
        (f"{kind}: in full-width letters", "".join(map(_wide, value))),
        (f"{kind}: decomposed", unicodedata.normalize("NFD", value)),
        (f"{kind}: twice with a comma", f"{value},{value}"),
        (f"{kind}: encoded twice", quote(value, safe="")),
    )


def refusals(customers: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[Probe]:
    """Invalid requests: missing, blank, repeated, unknown, over-long values, and such that are no text."""
    index = chance.randrange(len(customers)) if customers else None
    customer = customers[index] if index is not None else {"email": "ada@example.com"}
    for kind, value in customer.items():
        named, valued = query_of(((KIND, kind),)), query_of(((VALUE, value),))
        usual = f"{named}&{valued}"
        for what, query in chain(_malformed(kind, usual, named, valued), _unknown_values(usual, valued)):
            values = (value, "blorptypes", "blorpnetworks")
            yield Probe(what=f"{kind}: {what}", rule="IP311", query=query, customer=index, values=values,
                        strict=what in _LENIENT)  # fmt: skip


_LENIENT: Final = frozenset({"names in lower case"})
"""What the pages do not clearly forbid."""


def _malformed(kind: str, usual: str, named: str, valued: str) -> Iterator[tuple[str, str]]:
    yield from (
        ("no parameters", ""),
        ("no value", named),
        ("no name", valued),
        ("an empty value", f"{named}&{VALUE}="),
        ("a value without an equals sign", f"{named}&{VALUE}"),
        ("an empty name", f"{KIND}=&{valued}"),
        ("a blank value", f"{named}&{VALUE}=%20%20"),
        ("a tab", f"{named}&{VALUE}=%09"),
        ("NUL", f"{named}&{VALUE}=%00"),
        ("NUL after the value", f"{usual}%00"),
        ("a line feed after the value", f"{usual}%0A"),
        ("a tab after the value", f"{usual}%09"),
        ("a tab before the value", f"{named}&{VALUE}=%09{valued.partition('=')[2]}"),
        ("a header smuggled in", f"{usual}%0D%0ASet-Cookie:%20a=b"),
        ("a control character", f"{named}&{VALUE}=a%1Fb"),
        ("bytes that are not UTF-8", f"{named}&{VALUE}=%FF%FE"),
        ("an overlong encoding", f"{named}&{VALUE}=%C0%AF"),
        ("an encoded surrogate", f"{named}&{VALUE}=%ED%A0%80"),
        ("257 characters", f"{named}&{VALUE}={'a' * 257}"),
        ("10000 characters", f"{named}&{VALUE}={'a' * 10_000}"),
        ("257 letters of two bytes", f"{named}&{VALUE}={'%C3%A9' * 257}"),
        ("the name twice", f"{named}&{usual}"),
        ("the value twice", f"{usual}&{valued}"),
        ("two values", f"{usual}&{VALUE}=somebody"),
        ("the value first, then another", f"{named}&{VALUE}=somebody&{valued}"),
        ("two names", f"{usual}&{KIND}=" + ("mobile" if kind == "email" else "email")),
        ("the type twice", f"{usual}&{TYPE}=email&{TYPE}=email"),
        ("two types", f"{usual}&{TYPE}=email&{TYPE}=zalo"),
        ("the network twice", f"{usual}&{NETWORK}=capillary&{NETWORK}=capillary"),
        ("two networks", f"{usual}&{NETWORK}=capillary&{NETWORK}=twitter"),
        ("names in lower case", usual.replace(KIND, KIND.lower()).replace(VALUE, VALUE.lower())),
    )


def _unknown_values(usual: str, valued: str) -> Iterator[tuple[str, str]]:
    for name in ("Email", "EMAIL", "phone", "externalId", "id", "customerId", "email%20", "e-mail", "%00", "email%00"):
        yield f"{KIND}={name}", f"{KIND}={name}&{valued}"
    for value in ("", "EMAIL", "Email", "sms", "blorptypes", "email%20", "%20email", "email,zalo", "*", "%25", "null",
                  "phone", "all", "em", "emails", "%00", "%FF", "checkIn", "Tweet", "0"):  # fmt: skip
        yield f"{TYPE}={value}", f"{usual}&{TYPE}={value}"
    for value in ("", "CAPILLARY", "Facebook", "linkedin", "capillary%20", "%20twitter", "facebook,twitter", "*", "all",
                  "null", "%00", "%FF", "cap", "instagram", "0"):  # fmt: skip
        yield f"{NETWORK}={value}", f"{usual}&{NETWORK}={value}"
    yield "an unknown type with a network", f"{usual}&{TYPE}=blorptypes&{NETWORK}=twitter"
    yield "a type with an unknown network", f"{usual}&{TYPE}=tweet&{NETWORK}=blorpnetworks"


def protocol(customers: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[Probe]:
    """Other methods, other paths, HEAD, OPTIONS, and what a client may say it accepts."""
    for index in _some(customers, chance, 3):
        pairs = _identity(customers[index], chance)
        yield _about(index, "HEAD", "IP307", pairs, method="HEAD", headers=_AS_IT_IS)
        filtered = (*pairs, (TYPE, "email"))
        yield _about(index, "HEAD with type=email", "IP307", filtered, method="HEAD", headers=_AS_IT_IS)
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
            also = (400, 501) if method in {"TRACE", "PROPFIND"} else ()
            yield _about(index, method, "IP320", pairs, method=method, strict=True, also=also)
        for path in _OTHER_PATHS:
            yield _about(index, path.replace(_PATH, "..."), "IP321", pairs, path=path, strict=True)
        for name, value in _HEADERS:
            yield _about(index, f"{name}: {value}", "IP304", pairs, headers=((name, value),), strict=True)
    yield Probe(what="HEAD without parameters", rule="IP307", query="", method="HEAD", strict=True)
    yield Probe(what="POST without parameters", rule="IP320", query="", method="POST", strict=True)
    for kind in IDENTIFIERS:
        pairs = ((KIND, kind), (VALUE, "nobody0000000"))
        yield Probe(what=f"HEAD for a {kind} that nobody has", rule="IP307", query=query_of(pairs), method="HEAD")


_AS_IT_IS: Final = (("Accept-Encoding", "identity"),)
"""So that the lengths of GET and HEAD can be compared."""
_OTHER_PATHS: Final = (
    f"{_PATH}/", f"{_PATH}/x", f"{_PATH}s", f"{_PATH}.json", _PATH.upper(), _PATH.replace("/v2/", "/v1/"),
    _PATH.replace("/v2/", "/v1.1/"), _PATH.replace("/v2/", "/v3/"), _PATH.rpartition("/")[0], f"/x{_PATH}",
    _PATH.title(), _PATH[:-1],
)  # fmt: skip

_HEADERS: Final = (
    ("Accept", "application/json"),
    ("Accept", "text/html, */*;q=0.8"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Accept-Encoding", "identity"),
    ("Accept-Language", "tr-TR"),
    ("Accept-Charset", "iso-8859-1"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Cookie", "a=b"),
)


def credentials(
    customers: Sequence[Mapping[str, str]], chance: random.Random, nearly_right: Sequence[str] = ()
) -> Iterator[Probe]:
    """The same reads without credentials, with wrong ones, or with such that are `nearly_right` in some respect."""
    for index in _some(customers, chance, 4):
        pairs = _identity(customers[index], chance)
        for nearly in nearly_right:
            yield _about(index, f"credentials with {nearly}", "IP322", pairs, credentials=nearly)
        for wrong in ("none", "wrong"):
            yield _about(index, f"{wrong} credentials", "IP322", pairs, credentials=wrong)
            yield _about(index, f"{wrong} credentials, HEAD", "IP322", pairs, credentials=wrong, method="HEAD")
        yield _about(index, "no credentials, a filter", "IP322", (*pairs, (TYPE, "email")), credentials="none")
        for name in ("admin", "debug", "token", "user"):
            yield _about(index, f"no credentials, {name}=1", "IP322", (*pairs, (name, "1")), credentials="none")
        for name, value in (("X-Forwarded-For", "127.0.0.1"), ("X-User", "admin"), ("Authorization", "Basic"),
                            ("Authorization", "Bearer x"), ("Authorization", "Basic Og==")):  # fmt: skip
            headers = ((name, value),)
            yield _about(index, f"no credentials, {name}: {value}", "IP322", pairs, credentials="none", headers=headers)
    yield Probe(what="no credentials and no parameters", rule="IP322", query="", credentials="none", strict=True)
    yield Probe(what="no credentials, nobody's identifier", rule="IP322", credentials="none", strict=True,
                query=query_of(((KIND, "email"), (VALUE, "nobody@nowhere.invalid"))))  # fmt: skip


def _about(index: int, what: str, rule: str, pairs: Pairs, **more: Any) -> Probe:
    values = tuple(value for name, value in pairs if name == VALUE)
    return Probe(what=what, rule=rule, query=query_of(pairs), customer=index, values=values, **more)


def _spelled(index: int, what: str, query: str, *, strict: bool = False) -> Probe:
    return Probe(what=what, rule="IP304", query=query, customer=index, strict=strict)


def _stranger(index: int | None, kind: str, value: str, what: str) -> Probe:
    pairs = ((KIND, kind), (VALUE, value))
    also = () if kind not in _FORMS or re.search(_FORMS[kind], value.strip(" ")) else (400,)
    return Probe(what=what, rule="IP310", query=query_of(pairs), customer=index, values=(value,), also=also)


# Whether a text that is no address, or no number, is a well-formed identifier (R5), the clauses leave open.
_FORMS: Final = {"email": r"^[^\s@]+@[^\s@]+$", "mobile": r"^\+?[0-9]{7,15}$"}


def _identity(customer: Mapping[str, str], chance: random.Random) -> Pairs:
    kind, value = chance.choice(list(customer.items()))
    return ((KIND, kind), (VALUE, value))


def _shuffled(
    customers: Sequence[Mapping[str, str]], choices: Sequence[_Choice], chance: random.Random
) -> Iterator[tuple[int, _Choice]]:
    """Every choice for every customer: first every choice once and every customer once, then the rest."""
    for turn in range(len(choices)):
        order = list(range(len(customers)))
        chance.shuffle(order)
        for place, index in enumerate(order):
            yield index, choices[(turn + place) % len(choices)]


def _some(customers: Sequence[Mapping[str, str]], chance: random.Random, most: int) -> list[int]:
    return chance.sample(range(len(customers)), min(most, len(customers)))


def _upper(address: str) -> str:
    """ASCII letters in upper case (R7)."""
    return "".join(letter.upper() if letter.isascii() else letter for letter in address)


def _title(address: str) -> str:
    """Every other ASCII letter in upper case (R7)."""
    return "".join(_upper(letter) if place % 2 else letter for place, letter in enumerate(address))


def _wide(letter: str) -> str:
    """The full-width form of an ASCII letter, which compatibility normalisation (NFKC) would make equal."""
    return chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter
