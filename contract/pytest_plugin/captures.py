"""Captures as tests: a file is a collector, each recorded exchange of the contracted operation one test of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from ...schemas.document import operation
from ..exchange import Exchange
from ..findings import State
from ..http import is_operation, query
from ..readers.base import Problem
from ..sources import Input, read_input
from .accepting import conclude
from .given import options_of
from .items import ContractItem
from .judging import Judging
from .keys import PORTIONS
from .tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..exchange import Request
    from ..settings import Settings
    from .judging import Judged, Source
    from .reading import Options

_JUDGING: Final = pytest.StashKey[Judging]()
_BODY: Final = "body"
"""The name of the only exchange of a file that is one body."""


class CaptureFile(pytest.File):
    """One capture. Its exchanges are named when it is collected; they are judged together, when the first one runs."""

    _shown = ""

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path) -> CaptureFile:
        """The capture at `path`, named relative to the root of the project where it lies below it."""
        file = cast("CaptureFile", cls.from_parent(parent, path=path))  # pyright: ignore[reportUnknownMemberType]
        file._shown = options_of(file.config).shown(path)  # noqa: SLF001
        return file

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each exchange of the operation, and one for each entry that cannot be read."""
        for number, item in enumerate(self.read()):
            if isinstance(item, Problem):
                yield UnreadableItem.of(self, f"{_position(item, number)} not read".lstrip(), item)
            elif isinstance(item, Exchange) and is_operation(item.request):
                yield ExchangeItem.of(self, _title(item, number), number)

    def read(self) -> Iterator[object]:
        """What the capture holds, in its order."""
        return read_input(Input(str(self.path), self._shown))


class ExchangeItem(ContractItem):
    """One recorded exchange."""

    number: int

    @classmethod
    def of(cls, parent: CaptureFile, name: str, number: int) -> ExchangeItem:
        """The exchange with this number among all that the file holds."""
        item = cast("ExchangeItem", cls.from_parent(parent, name=name))  # pyright: ignore[reportUnknownMemberType]
        item.number = number
        return item

    def runtest(self) -> None:
        """Fail with what is wrong; skip where nothing could be judged."""
        judging = _judging(self.session)
        judged = judging.of(cast("CaptureFile", self.parent), self.number)
        if judged is None:
            pytest.fail("the file has changed since it was collected: this exchange is gone", pytrace=False)
        tally(self).merge(judged.report)
        self.stash[PORTIONS] = judging.together()
        _conclude(judged, options_of(self.config).settings(), options_of(self.config))


class UnreadableItem(ContractItem):
    """Something in a capture that cannot be read."""

    problem: Problem

    @classmethod
    def of(cls, parent: pytest.Collector, name: str, problem: Problem) -> UnreadableItem:
        """The test that fails with a problem."""
        item = cast("UnreadableItem", cls.from_parent(parent, name=name))  # pyright: ignore[reportUnknownMemberType]
        item.problem = problem
        return item

    def runtest(self) -> None:
        """Fail."""
        tally(self).add_problem(self.problem)
        pytest.fail(f"{self.problem.place}: not read: {self.problem.message}", pytrace=False)


class MissingItem(UnreadableItem):
    """Captures that an ini file names and that are not there, perhaps not yet: they are still to be recorded."""

    def runtest(self) -> None:
        """Skip, and say so."""
        pytest.skip(f"{self.problem.place}: {self.problem.message}")


def _conclude(judged: Judged, settings: Settings, options: Options) -> None:
    if judged.verdict.state is State.FAIL:
        conclude(judged.report, settings, options)
    if judged.verdict.state is State.UNCHECKED and judged.verdict.reason is not None:
        pytest.skip(f"unchecked: {judged.verdict.reason.value}")


def _judging(session: pytest.Session) -> Judging:
    """What is found out about the captures of a session, of the exchanges that `-k`, `-m` or `--lf` left."""
    if _JUDGING not in session.stash:
        wanted: dict[Source, set[int]] = {}
        for item in session.items:
            if isinstance(item, ExchangeItem):
                wanted.setdefault(cast("CaptureFile", item.parent), set()).add(item.number)
        options = options_of(session.config)
        session.stash[_JUDGING] = Judging(wanted, options.settings(), options.keep)
    return session.stash[_JUDGING]


def _title(exchange: Exchange, number: int) -> str:
    """`2 GET email`: where it stands in the file, its method, and what of its query is harmless."""
    position = _position(exchange, number)
    if exchange.request is None:
        return position or _BODY
    return " ".join([position, exchange.request.method, *_words(exchange.request)]).strip()


def _position(told: Exchange | Problem, number: int) -> str:
    place = told.place
    found = place.entry if place.entry is not None else place.line
    return str(found) if found is not None else "" if not number else str(number + 1)


def _words(request: Request) -> Iterator[str]:
    """The values of the parameters that have a list of values, in the order of the document."""
    given = dict(reversed(query(request)))
    for name, schema in operation().parameters.items():
        if "enum" in schema and name in given:
            known = given[name] in cast("list[Any]", schema["enum"])
            value = given[name] if known else "?"
            yield value if name in operation().required else f"{name}={value}"
