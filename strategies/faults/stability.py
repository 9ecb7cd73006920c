"""Faults of stability: answers that depend on what was asked before, at the same time, or how often."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from ...schemas.asked import Asked, read
from ...schemas.model import FAILURE, NOT_FOUND, Answer, Options, Request, refusal
from ..times import LAST, SECOND, sent_date
from .queries import pairs
from .record import Chapter, Family, Hooks, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...schemas.population import Population
    from .hooks import Json
    from .record import Model, Plant

_fault: Final = Chapter(Family.STABILITY)
_SLOW: Final = 2.6
"""Seconds, beyond what R9 allows."""

_RACE: Final = 0.02
"""Seconds for which a request waits, so that others overtake it."""


def _each(make: Callable[[], Callable[[Json], Any]]) -> Plant:
    """Plant a change of the bodies of answers that remembers; `make` begins its memory."""

    def plant() -> Hooks:
        change = make()

        def wrap(model: Model) -> Model:
            def told(population: Population, request: Request, options: Options) -> Answer:
                usual = model(population, request, options)
                return replace(usual, body=change(usual.body)) if usual.status == 200 else usual  # noqa: PLR2004

            return told

        return Hooks(model=wrap)

    return plant


def _nth(number: int, change: Callable[[Json], Any]) -> Plant:
    """Plant a change of every n-th answer."""

    def make() -> Callable[[Json], Any]:
        calls = count(1)
        return lambda body: change(body) if next(calls) % number == 0 else body

    return _each(make)


def _counting(change: Callable[[int, Json], Any]) -> Plant:
    """Plant a change of the answers that depends on how many there were."""

    def make() -> Callable[[Json], Any]:
        calls = count(1)
        return lambda body: change(next(calls), body)

    return _each(make)


def _wired(change: Callable[[int, Reply], Reply]) -> Plant:
    """Plant a change of the replies that depends on how many there were."""

    def plant() -> Hooks:
        calls = count(1)
        return Hooks(wire=lambda _, reply: change(next(calls), reply))

    return plant


def _cached(key: Callable[[Request, Asked], object]) -> Plant:
    """Plant a cache of answers whose key forgets something."""

    def plant() -> Hooks:
        known: dict[object, Answer] = {}

        def wrap(model: Model) -> Model:
            def told(population: Population, request: Request, options: Options) -> Answer:
                usual = model(population, request, options)
                asked = read(request.query)
                if usual.status != 200 or not isinstance(asked, Asked):  # noqa: PLR2004 - success
                    return usual
                return replace(known.setdefault(key(request, asked), usual), silent=usual.silent)

            return told

        return Hooks(model=wrap)

    return plant


def _rotated(number: int, body: Json) -> Json:
    return _listed(body, lambda listed: listed[number % len(listed) :] + listed[: number % len(listed)])


def _listed(body: Json, change: Callable[[list[Json]], list[Json]]) -> Json:
    told = [(group, change(group["messageList"])) for group in body["interaction"]]
    left = [{**group, "count": len(listed), "messageList": listed} for group, listed in told if listed]
    return {**body, "interaction": left}


def _renumbered(number: int, body: Json) -> Json:
    return _listed(body, lambda listed: [{**one, "id": (one["id"] + number) % 2**62 + 2**32} for one in listed])


def _ticking(number: int, body: Json) -> Json:
    now = sent_date(LAST - number % 1000 * SECOND)
    return _listed(body, lambda listed: [one if "deliveredTime" in one else {**one, "sentDate": now} for one in listed])


def _flipped(number: int, body: Json) -> Json:
    if number % 2:
        return body
    other = {"SOFT_BOUNCED": "NOT-DELIVERED", "NOT-DELIVERED": "SOFT_BOUNCED"}
    return _listed(body, lambda listed: [{**one, "status": other.get(one["status"], one["status"])} for one in listed])


def _shrinking() -> Callable[[Json], Json]:
    seen: dict[str, int] = {}

    def change(body: Json) -> Json:
        times = seen[body["name"]] = seen.get(body["name"], 0) + 1
        return body if times == 1 else _listed(body, lambda listed: listed[: max(0, len(listed) - times + 1)])

    return change


def _growing(number: int, body: Json) -> Json:
    """Being read adds a message to the first group."""
    if not body["interaction"]:
        return body
    first, *others = body["interaction"]
    more = {**first["messageList"][0], "id": 2**61 + number}
    listed = [*first["messageList"], more]
    return {**body, "interaction": [{**first, "count": len(listed), "messageList": listed}, *others]}


def _reversed_groups(number: int, body: Json) -> Json:
    return {**body, "interaction": body["interaction"][:: -1 if number % 2 else 1]}


def _overcounted(body: Json) -> Json:
    return {**body, "interaction": [{**group, "count": group["count"] + 1} for group in body["interaction"]]}


def _failed(reply: Reply) -> Reply:
    told = refusal(500, FAILURE)
    return Reply(told.status, told.headers, b'{"errors":[{"code":500,"message":"Failure"}],"warnings":[]}', reply.delay)


def _previous() -> Hooks:
    """Now and then, the answer to the request before is given."""
    last: list[Reply] = []
    calls = count(1)

    def wire(_: Request, reply: Reply) -> Reply:
        old = last[-1] if last and next(calls) % 5 == 0 else reply
        last[:] = [reply]
        return old

    return Hooks(wire=wire)


def _shared() -> Hooks:
    """Requests that overlap share the place where their answers wait."""
    place: list[Reply] = []

    def wire(_: Request, reply: Reply) -> Reply:
        place[:] = [reply]
        return replace(reply, delay=_RACE, late=lambda: place[-1])

    return Hooks(wire=wire)


def _overloaded() -> Hooks:
    """Requests that overlap another are refused."""
    going: list[int] = []

    def wire(_: Request, reply: Reply) -> Reply:
        busy = bool(going)
        going.append(1)

        def late() -> Reply:
            going.pop()
            return _failed(reply) if busy else reply

        return replace(reply, delay=_RACE, late=late)

    return Hooks(wire=wire)


def _learnt() -> Hooks:
    """An unknown customer is created by being asked for."""
    known: set[bytes] = set()

    def wrap(model: Model) -> Model:
        def told(population: Population, request: Request, options: Options) -> Answer:
            usual = model(population, request, options)
            if usual.status != 404 or usual.body["errors"][0]["code"] != NOT_FOUND.code:  # noqa: PLR2004 - not found
                return usual
            if request.query not in known:
                known.add(request.query)
                return usual
            return Answer(200, {"name": "new customer", "interaction": [], "warnings": []}, silent=usual.silent)

        return told

    return Hooks(model=wrap)


def _refused_before() -> Hooks:
    """After a refusal, the next answer is empty."""
    refused: list[bool] = [False]

    def wrap(model: Model) -> Model:
        def told(population: Population, request: Request, options: Options) -> Answer:
            usual = model(population, request, options)
            empty = refused[0] and usual.status == 200  # noqa: PLR2004 - success
            refused[0] = usual.status == 400  # noqa: PLR2004 - bad request
            return replace(usual, body={**usual.body, "interaction": []}) if empty else usual

        return told

    return Hooks(model=wrap)


STABILITY: Final = (
    _fault("order-rotates", "messages come in another order each time", "R11", _counting(_rotated)),
    _fault("groups-reversed", "groups come in reverse every other time", "R11", _counting(_reversed_groups)),
    _fault("ids-change", "ids are others each time", "R11", _counting(_renumbered)),
    _fault("times-tick", "`sentDate` of failed messages is that of the request", "R11", _counting(_ticking)),
    _fault("status-flips", "failed messages change their status every other time", "R11", _counting(_flipped)),
    _fault("users-change", "`userId` is another each time", "R11",
           _counting(lambda number, body: _listed(body, lambda listed: [{**one, "userId": number} for one in listed]))),
    _fault("read-removes", "messages disappear by being read", "R11", _each(_shrinking)),
    _fault("read-adds", "a message appears by being read", "R11", _counting(_growing)),
    _fault("read-warns", "a warning counts the reads", "R11",
           _counting(lambda number, body: {**body, "warnings": [{"code": 1, "message": f"read {number} times"}]})),
    _fault("name-alternates", "`name` of the body is in capitals every other time", "R11",
           _counting(lambda number, body: {**body, "name": body["name"].upper() if number % 2 else body["name"]})),
    _fault("third-empty", "every third answer has no messages", "R11",
           _nth(3, lambda body: {**body, "interaction": []})),
    _fault("fifth-short", "every fifth answer has lost its last group", "R11",
           _nth(5, lambda body: {**body, "interaction": body["interaction"][:-1]})),
    _fault("seventh-count", "every seventh answer has wrong counts", "R11 S3",
           _nth(7, _overcounted),
           "IP202"),
    _fault("fourth-crash", "every fourth request makes the server fail", "R9 R11",
           _wired(lambda number, reply: _failed(reply) if number % 4 == 0 else reply), "IP412"),
    _fault("eleventh-crash", "every eleventh request makes the server fail", "R9 R11",
           _wired(lambda number, reply: _failed(reply) if number % 11 == 0 else reply), "IP412"),
    _fault("ninth-cut", "every ninth body ends in the middle", "R10 R11",
           _wired(lambda number, reply: replace(reply, content=reply.content[:-9]) if number % 9 == 0 else reply),
           "IP401"),
    _fault("first-crash", "the first request makes the server fail", "R9",
           _wired(lambda number, reply: _failed(reply) if number == 1 else reply), "IP412"),
    _fault("slow-always", "an answer takes longer than two seconds", "R9",
           _wired(lambda _, reply: replace(reply, delay=_SLOW))),
    _fault("slow-at-times", "every eighth answer takes longer than two seconds", "R9",
           _wired(lambda number, reply: replace(reply, delay=_SLOW) if number % 8 == 0 else reply)),
    _fault("cache-without-type", "the cache forgets `type`", "R11 F1",
           _cached(lambda _, asked: (asked.kind, asked.value, asked.network))),
    _fault("cache-without-network", "the cache forgets `network`", "R11 F2",
           _cached(lambda _, asked: (asked.kind, asked.value, asked.type))),
    _fault("cache-without-kind", "the cache forgets `identifierName` and the case of the value, and all but five "
           "characters of it", "R11 R8",
           _cached(lambda _, asked: (asked.value[:5].lower(), asked.type, asked.network))),
    _fault("cache-of-customer", "the first answer for a customer is given for all filters", "R11 F1 F2",
           _cached(lambda _, asked: (asked.kind, asked.value))),
    _fault("cache-by-length", "the cache goes by the length of the query", "R11 R5",
           _cached(lambda request, _: len(request.query))),
    _fault("cache-of-everything", "the first answer is given to everybody", "R11 R5",
           _cached(lambda request, _: len(pairs(request.query)))),
    _fault("previous-answer", "every fifth time, the answer to the request before is given", "R11", _previous),
    _fault("shared-place", "requests at the same time get each other's answers", "R11", _shared),
    _fault("one-at-a-time", "a request during another one fails", "R9 R11", _overloaded),
    _fault("unknown-is-created", "who is asked for twice exists", "R5 R11", _learnt),
    _fault("refusal-lingers", "the answer after a refusal has no messages", "R11", _refused_before),
)  # fmt: skip
