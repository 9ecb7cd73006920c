"""Ways to plant a fault: into the request, the population, the options, the answer, its parts, or the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...schemas.asked import Asked, read
from ...schemas.model import Answer
from .record import Hooks, Model, Plant, Reply, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...schemas.model import Options, Request
    from ...schemas.population import Customer, Population

Json = dict[str, Any]
"""A JSON object: a body, a group, or a message."""


def modelled(wrap: Callable[[Model], Model]) -> Plant:
    """Plant a wrapper of the model; it remembers nothing."""
    return lambda: Hooks(model=wrap)


def asking(change: Callable[[Request], Request]) -> Plant:
    """Plant a change of the request before it is read."""

    def wrap(model: Model) -> Model:
        return lambda population, request, options: model(population, change(request), options)

    return modelled(wrap)


def viewing(change: Callable[[Population], Population]) -> Plant:
    """Plant a change of what the server sees of its population."""

    def wrap(model: Model) -> Model:
        return lambda population, request, options: model(change(population), request, options)

    return modelled(wrap)


def opting(change: Callable[[Request, Options], Options]) -> Plant:
    """Plant a change of the options that the server was started with."""

    def wrap(model: Model) -> Model:
        return lambda population, request, options: model(population, request, change(request, options))

    return modelled(wrap)


def answering(change: Callable[[Request, Answer], Answer]) -> Plant:
    """Plant a change of every answer, refusals included."""

    def wrap(model: Model) -> Model:
        return lambda population, request, options: change(request, model(population, request, options))

    return modelled(wrap)


def bodies(change: Callable[[Json], Any]) -> Plant:
    """Plant a change of the bodies of successful answers."""
    return asked_bodies(lambda _, body: change(body))


def asked_bodies(change: Callable[[Asked, Json], Any]) -> Plant:
    """Plant a change of the bodies of successful answers that depends on what was asked for."""

    def changed(request: Request, told: Answer) -> Answer:
        asked = read(request.query)
        if told.status != 200 or not isinstance(asked, Asked):  # noqa: PLR2004 - success
            return told
        return replace(told, body=change(asked, told.body))

    return answering(changed)


def groups(change: Callable[[Json], Json]) -> Plant:
    """Plant a change of every group of messages."""
    return bodies(lambda body: {**body, "interaction": [change(group) for group in body["interaction"]]})


def lists(change: Callable[[str, list[Json]], list[Json]], *, counted: bool = True) -> Plant:
    """Plant a change of the list of messages of every group, given its name; empty groups go.

    The count is that of the changed list, or with `counted=False` that of the old one.
    """

    def changed(body: Json) -> Json:
        told = [_relisted(group, change(group["name"], group["messageList"]), counted) for group in body["interaction"]]
        return {**body, "interaction": [group for group in told if group["messageList"]]}

    return bodies(changed)


def messages(change: Callable[[Json], Json]) -> Plant:
    """Plant a change of every message."""
    return lists(lambda _, listed: [change(message) for message in listed])


def channelled(names: Iterable[str], change: Callable[[Json], Json]) -> Plant:
    """Plant a change of every message of these channels."""
    chosen = frozenset(names)
    return lists(lambda name, listed: [change(one) for one in listed] if name in chosen else listed)


def texts(name: str, change: Callable[[str], Any]) -> Plant:
    """Plant a change of one text of every message that has it."""
    return messages(lambda message: {**message, name: change(message[name])} if name in message else message)


def numbers(name: str, change: Callable[[int], Any]) -> Plant:
    """Plant a change of one number of every message."""
    return messages(lambda message: {**message, name: change(message[name])})


def without(value: Json, *names: str) -> Json:
    """An object without these members."""
    return {key: item for key, item in value.items() if key not in names}


def refusals(change: Callable[[Json], Any]) -> Plant:
    """Plant a change of the bodies of refusals."""

    def changed(_: Request, told: Answer) -> Answer:
        return replace(told, body=change(told.body)) if told.status >= 400 else told  # noqa: PLR2004

    return answering(changed)


def wired(change: Wire) -> Plant:
    """Plant a change of every reply as it goes over the wire."""
    return lambda: Hooks(wire=change)


def contents(change: Callable[[bytes], bytes]) -> Plant:
    """Plant a change of the JSON text of successful answers."""

    def changed(_: Request, reply: Reply) -> Reply:
        return replace(reply, content=change(reply.content)) if reply.status == 200 else reply  # noqa: PLR2004

    return wired(changed)


def fields(reply: Reply, **given: str | None) -> Reply:
    """A reply with these header fields (`_` for `-`) in place of those of the same name; `None` removes one."""
    named = {name.replace("_", "-"): value for name, value in given.items()}
    kept = tuple(pair for pair in reply.headers if pair[0] not in named)
    return replace(reply, headers=(*kept, *((name, value) for name, value in named.items() if value is not None)))


class View:
    """A population in which looking up, and what is found, may be changed."""

    def __init__(self, population: Population, find: Callable[[Population, str, str], Customer | None]) -> None:
        self._population = population
        self._find = find

    def find(self, kind: str, value: str) -> Customer | None:
        """The customer that the changed look-up finds."""
        return self._find(self._population, kind, value)

    def __iter__(self) -> Iterator[Customer]:
        return iter(self._population)

    def __len__(self) -> int:
        return len(self._population)


def finding(change: Callable[[Population, str, str], Customer | None]) -> Plant:
    """Plant another way to look up a customer."""
    return viewing(lambda population: View(population, change))


def matching(change: Callable[[str, str, str], bool], *kinds: str) -> Plant:
    """Plant a laxer look-up: where none has the identifier, the first for whom `change(kind, asked, own)` holds.

    `kinds` says which kinds of identifier it is about (default: all).
    """

    def found(population: Population, kind: str, value: str) -> Customer | None:
        exact = population.find(kind, value)
        if exact is not None or (kinds and kind not in kinds):
            return exact
        return next((one for one in population if change(kind, value, one.identifier(kind) or "")), None)

    return finding(found)


def changing(change: Callable[[Customer], Customer]) -> Plant:
    """Plant a change of every customer that is found."""

    def found(population: Population, kind: str, value: str) -> Customer | None:
        customer = population.find(kind, value)
        return None if customer is None else change(customer)

    return finding(found)


def other_than(population: Population, customer: Customer | None) -> Customer | None:
    """The first other customer who has messages."""
    return next((one for one in population if one != customer and one.messages), None)


def rerefused(told: Answer, status: int) -> Answer:
    """An answer with another status."""
    return Answer(status, told.body, told.headers, told.silent)


def _relisted(group: Json, listed: list[Json], counted: bool) -> Json:  # noqa: FBT001 - private
    return {**group, "count": len(listed) if counted else group["count"], "messageList": listed}
