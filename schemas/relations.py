"""Relations between exchanges: what one answer says about another, and how an answer compares with the model's.

A customer's unfiltered answer is learned as that customer's messages; from then on the executable model predicts the
answer to every other request about that customer, and to every request that must be refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .population import CHANNELS, NETWORKS_OF, Customer, Message
from .rules import Part
from .values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .model import Answer

OK: Final = 200
_REFUSED: Final = 400
_FAILED: Final = 500

INTERNALS: Final = re.compile(
    r"Traceback \(most recent call last\)|\bat [\w.$]+\(\w+\.(?:java|kt|scala):\d+\)|\bFile \"[^\"]+\", line \d+"
    r"|\w\.(?:py|java|php|rb|cs|js|go):\d+|\b(?:SELECT|INSERT|UPDATE|DELETE)\b.{1,200}\b(?:FROM|INTO|SET|WHERE)\b"
    r"|\b(?:sqlite3?|psycopg2?|pymysql|java\.\w+|org\.\w+|System)\.\w+(?:Error|Exception)"
    r"|\b(?:Syntax|Operational|Programming|Integrity|Key|Value|Type|Attribute|Index|Unicode\w*)Error\b|\b\w+Exception\b"
    r"|(?:/usr|/home|/var|/opt|/app|/srv|/etc)/[\w./-]+|\b[A-Z]:\\\\?\w[\w\\.-]+"
    r"|\b[Ss]tack ?[Tt]race\b|ORA-\d{5}|SQLSTATE",
    re.DOTALL,
)
"""What an error must not show of a service's inside: traces, statements, exception names, file names (E2)."""


class Seen(NamedTuple):
    """An answer as it was seen: status, header fields (names in lower case), and the body parsed, or `None`."""

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str


class Disagreement(NamedTuple):
    """Where an answer is not what it should be; the texts repeat no value of anybody."""

    rule: str
    part: Part
    pointer: str
    expected: str
    actual: str


def is_answer(seen: Seen) -> bool:
    """Whether a request was answered, rather than refused, by status and by shape."""
    return seen.status == OK and is_object(seen.body) and "interaction" in seen.body


def messages_of(body: Any) -> dict[str, list[dict[str, Any]]]:
    """The messages of an answer by the name of their group, as far as it has the shape of one."""
    groups = body.get("interaction") if is_object(body) else None
    found: dict[str, list[dict[str, Any]]] = {}
    for group in groups if is_array(groups) else ():
        if is_object(group) and isinstance(group.get("name"), str):
            listed = group.get("messageList")
            found.setdefault(group["name"], []).extend(filter(is_object, listed if is_array(listed) else ()))
    return found


def rest_of(body: Any) -> dict[str, Any]:
    """What an answer says beside its groups.

    >>> rest_of({"name": "capillary", "interaction": []})
    {'name': 'capillary'}
    """
    return {name: value for name, value in body.items() if name != "interaction"} if is_object(body) else {}


def learned(identifiers: Mapping[str, str], plain: Any, by_network: Mapping[str, Any]) -> Customer:
    """The customer behind an unfiltered answer; which network a message belongs to, the answers by network tell.

    >>> body = {"name": "Ada", "interaction": [{"name": "sms", "count": 1, "messageList": [{"id": 7}]}]}
    >>> learned({"email": "ada@example.com"}, body, {}).messages
    (Message(channel='sms', network='capillary', body={'id': 7}),)
    """
    homes = {network: messages_of(body) for network, body in by_network.items()}
    name = plain.get("name") if is_object(plain) else ""
    return Customer(
        name if isinstance(name, str) else "",
        tuple(identifiers.items()),
        tuple(
            Message(channel, _home(channel, one, homes), one)
            for channel, listed in messages_of(plain).items()
            for one in listed
        ),
    )


def _home(channel: str, message: dict[str, Any], homes: Mapping[str, dict[str, list[dict[str, Any]]]]) -> str:
    possible = NETWORKS_OF.get(channel, ("capillary",))
    told = (network for network in possible if message in homes.get(network, {}).get(channel, ()))
    return next(told, possible[0])


def ambiguous_networks(body: Any) -> list[str]:
    """The networks that have to be asked about, since messages of the answer may belong to one or to another."""
    channels = [name for name in messages_of(body) if len(NETWORKS_OF.get(name, ())) > 1]
    return sorted({network for name in channels for network in NETWORKS_OF[name]})


def disagreements(
    rule: str, predicted: Answer, seen: Seen, *, strict: bool, also: Sequence[int] = ()
) -> list[Disagreement]:
    """How an answer differs from the predicted one, as breaches of `rule` or of a more particular one.

    `strict` holds the answer to every clause of reference-behaviour; otherwise a refusal may be any refusal, an empty
    answer included (facts.md §4). `also` are statuses that a refusal may have beside the predicted one.
    """
    if seen.status in also:
        return []
    if seen.status >= _FAILED:
        return [Disagreement("IP317", Part.STATUS, "", f"{predicted.status}", str(seen.status))]
    if predicted.status == OK:
        return _against_answer(rule, predicted.body, seen, strict=strict)
    return _against_refusal(rule, predicted, seen, strict=strict)


def _against_answer(rule: str, predicted: Any, seen: Seen, *, strict: bool) -> list[Disagreement]:
    if not is_answer(seen):
        said = str(seen.status) if seen.status != OK else "a refusal, or no answer at all"
        return [Disagreement("IP312" if rule in _SELECTING else rule, Part.STATUS, "", "200 and an answer", said)]
    expected, actual = messages_of(predicted), messages_of(seen.body)
    found = (_first_difference(rule, name, expected, actual, strict=strict) for name in sorted({*expected, *actual}))
    return [one for one in found if one is not None][:1]


_SELECTING: Final = frozenset({"IP302", "IP303"})


def _first_difference(
    rule: str,
    name: str,
    expected: Mapping[str, Sequence[Any]],
    actual: Mapping[str, Sequence[Any]],
    *,
    strict: bool,
) -> Disagreement | None:
    wanted, got = list(expected.get(name, ())), list(actual.get(name, ()))
    same = wanted == got if strict else all(one in wanted for one in got) and len(wanted) == len(got)
    if same:
        return None
    label = name if name in CHANNELS else "another group"
    return Disagreement(rule, Part.BODY, "/interaction", f"{_count(wanted)} in {label}", _difference(wanted, got))


def _difference(wanted: list[Any], got: list[Any]) -> str:
    extra = sum(one not in wanted for one in got)
    lost = sum(one not in got for one in wanted)
    if not extra and not lost:
        return "the same messages in another order" if len(wanted) == len(got) else f"{_count(got)}, some repeated"
    return f"{_count(got)}, {extra} of them not expected, {lost} missing"


def _count(messages: Sequence[Any]) -> str:
    return f"{len(messages)} message{'' if len(messages) == 1 else 's'}"


def _against_refusal(rule: str, predicted: Answer, seen: Seen, *, strict: bool) -> list[Disagreement]:
    if seen.status < _REFUSED:
        if any(messages_of(seen.body).values()):
            return [Disagreement(rule, Part.BODY, "/interaction", "a refusal", "somebody's messages")]
        if strict:
            return [Disagreement(rule, Part.STATUS, "", str(predicted.status), str(seen.status))]
        return []
    found: list[Disagreement] = []
    if strict and seen.status != predicted.status:
        found.append(Disagreement("IP313", Part.STATUS, "", str(predicted.status), str(seen.status)))
    if strict:
        found += _fields(predicted.status, seen)
    if strict and not is_object(seen.body):
        found.append(Disagreement("IP252", Part.BODY, "", "the error envelope", "nothing, or something else"))
    return found


def _fields(status: int, seen: Seen) -> Iterator[Disagreement]:
    """Header fields that a refusal must have (RFC 9110 §15.5.2, §15.5.6; R1, R6)."""
    if status == 405:  # noqa: PLR2004
        yield from _allow(seen)
    if status == 401 and not seen.headers.get("www-authenticate", "").lower().startswith("basic"):  # noqa: PLR2004
        yield Disagreement("IP322", Part.RESPONSE_HEADERS, "/www-authenticate", "Basic", "none, or another scheme")


def _allow(seen: Seen) -> Iterator[Disagreement]:
    allowed = {method.strip().upper() for method in seen.headers.get("allow", "").split(",")}
    if "GET" not in allowed:
        yield Disagreement(
            "IP320", Part.RESPONSE_HEADERS, "/allow", "a list of methods with GET", "none, or another one"
        )


class Owners:
    """Whose each message is, by its id, as it was learned."""

    def __init__(self) -> None:
        self._first: dict[int, tuple[object, dict[str, Any]]] = {}

    def learn(self, owner: object, body: Any) -> Iterator[Disagreement]:
        """Take in a customer's unfiltered answer, and tell where it shares a message or an id with an earlier one."""
        for where, message in _places(body):
            first, known = self._first.setdefault(message["id"], (owner, message))
            if known is message:
                continue
            if first != owner and known == message:
                yield Disagreement("IP305", Part.BODY, where, *_ONE_CUSTOMER)
            else:
                yield Disagreement("IP323", Part.BODY, where, "an id that no other message has", "one that another has")

    def foreign(self, owner: object, body: Any) -> Disagreement | None:
        """A message in a customer's answer that belongs to another one."""
        for where, message in _places(body):
            first, known = self._first.get(message["id"], (owner, message))
            if first != owner and known == message:
                return Disagreement("IP305", Part.BODY, where, *_ONE_CUSTOMER)
        return None


_ONE_CUSTOMER: Final = ("messages of this customer only", "one of another customer's")


def _places(body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The messages of an answer that have an id, each with the pointer to it."""
    for name, listed in messages_of(body).items():
        for at, message in enumerate(listed):
            if isinstance(message.get("id"), int):
                yield f"/interaction/{_index(body, name)}/messageList/{at}/id", message


def _index(body: Any, name: str) -> int:
    return next(at for at, group in enumerate(body["interaction"]) if is_object(group) and group.get("name") == name)


def indiscretions(seen: Seen, values: Iterable[str]) -> Iterator[Disagreement]:
    """What a refusal shows that it must not: the request's values, or the service's inside (E2)."""
    if seen.status < _REFUSED and is_object(seen.body):
        return
    if INTERNALS.search(seen.text):
        yield Disagreement("IP316", Part.BODY, "", "no trace, statement, exception or file name", "one of them")
    said = "\n".join((seen.text, *seen.headers.values()))
    told = [value for value in values if _telling(value) and value[:_BEGINNING] in said]
    if told and "html" in seen.headers.get("content-type", "").lower():
        yield Disagreement("IP314", Part.BODY, "", "an answer that does not repeat the request as markup", "its value")
    elif told:
        yield Disagreement("IP315", Part.BODY, "", "an error that repeats nothing of the request", "its value")


_BEGINNING: Final = 12
"""Characters of a value by which its repetition is recognised."""


def _telling(value: str) -> bool:
    """Whether a text that holds this value repeats it; a short or common word proves nothing."""
    return len(value) > 4 and (not value.isalpha() or len(value) > 9)  # noqa: PLR2004
