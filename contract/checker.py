"""`check`: the one place where exchanges are judged, for a file, a test, a live endpoint and a cluster alike.

A clean body is accepted by a typed decoder and by expressions over frames, once for the whole batch; only what is
refused there is read again, slowly and to the letter, for findings with an exact place.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, cast

from msgspec import MsgspecError

from ..schemas.bodies import clauses
from ..schemas.document import operation
from ..schemas.rules import Profile
from .counting import Exercised
from .examine import examine
from .exchange import Exchange, Reason
from .findings import Outcome, State, Verdict
from .flatten import flatten
from .frames import breaches, context_frame, request_frame, written_colons, written_colons_each
from .http import is_refusal, is_success, oddities, query, unjudged
from .jsontext import REPLACEMENT
from .pointers import order
from .scribe import Scribe
from .settings import Settings
from .structure import Departure
from .typed import decoder

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import msgspec
    import polars as pl

    from ..schemas.bodies import Answer
    from .loose import Broken

_SIGNS: Final = (b"\\u003", b"\\ufff", b"\\uFFF", REPLACEMENT.encode())
"""Signs of what only a slow reading sees: an escaped colon, which would spoil the count by which repeated keys are
noticed, and a replacement character."""


def check(batch: Sequence[Exchange], settings: Settings | None = None) -> Outcome:
    """Judge exchanges. A pure function of the batch and the settings; no value of a body leaves it unless harmless.

    >>> from interpact.contract.exchange import Place, Response
    >>> body = '{"name": "capillary", "interaction": [{"name": "sms", "count": 1, "messageList": []}]}'
    >>> outcome = check([Exchange(Place("body.json"), response=Response.of(body))])
    >>> print(outcome.verdicts[0].state.value, outcome.findings[0])
    pass body.json /interaction/0/count IP202: expected 0, the length of messageList, got 1
    """
    with _undisturbed():
        return _Batch(batch, settings or Settings()).judge()


@contextmanager
def _undisturbed() -> Generator[None]:
    """Hold the garbage collector off: a batch makes many objects, but no cycles that would need it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Batch:
    """One batch while it is judged. Bodies are known by the index of their exchange."""

    def __init__(self, exchanges: Sequence[Exchange], settings: Settings) -> None:
        self.exchanges = exchanges
        self.settings = settings
        self.scribe = Scribe(exchanges, settings)
        self.reasons = [unjudged(exchange) for exchange in exchanges]
        self.refused = {index for index in range(len(exchanges)) if is_refusal(self._status(index))}
        self.exercised = Exercised()

    def judge(self) -> Outcome:
        accepted = self._accept()
        clean = self._flatten(accepted, {})
        repeated = self._with_repeated_keys(accepted, clean)
        if repeated:
            accepted = {index: body for index, body in accepted.items() if index not in repeated}
            clean = self._flatten(accepted, {})
        self._judge_rows(clean)
        self._judge_clauses(accepted)
        self.exercised.answers(accepted, clean)
        self._examine([index for index, why in enumerate(self.reasons) if why is None and index not in accepted])
        self._judge_exchanges()
        return self._outcome()

    def _accept(self) -> dict[int, msgspec.Struct]:
        """The bodies that the typed decoder takes."""
        decode = decoder().decode
        accepted: dict[int, msgspec.Struct] = {}
        for index, (why, exchange) in enumerate(zip(self.reasons, self.exchanges, strict=True)):
            response = exchange.response
            if why is not None or response is None or response.body is None or not is_success(response.status):
                continue
            if not any(sign in response.body for sign in _SIGNS):
                with suppress(MsgspecError, UnicodeDecodeError, RecursionError):
                    accepted[index] = decode(response.body)
        return accepted

    def _with_repeated_keys(self, bodies: dict[int, msgspec.Struct], frames: dict[str, pl.DataFrame]) -> set[int]:
        """The bodies in which a key occurs more than once: their texts have more colons than their members need."""
        written = {index: self._body(index).count(b":") for index in bodies}
        if sum(written.values()) == written_colons(frames, list(bodies.values())):
            return set()
        expected = written_colons_each(frames, bodies)
        return {index for index, colons in written.items() if colons != expected[index]}

    def _flatten(self, bodies: dict[int, msgspec.Struct], broken: Broken) -> dict[str, pl.DataFrame]:
        context = context_frame([(index, self.exchanges[index]) for index in bodies], self.settings.now)
        return flatten(list(bodies.values()), context, broken)

    def _judge_rows(self, frames: dict[str, pl.DataFrame]) -> None:
        for name, frame in frames.items():
            for violation, row in breaches(name, frame, self.scribe.is_asked):
                self.scribe.row(name, violation, row)

    def _judge_clauses(self, bodies: dict[int, msgspec.Struct]) -> None:
        """Judge whole answers by what only the profile `strict` asks for."""
        if self.settings.profile is Profile.STRICT:
            for index, body in bodies.items():
                for clause in clauses(cast("Answer", body)):
                    self.scribe.departure(index, Departure(*clause))

    def _examine(self, indices: Sequence[int]) -> None:
        """Judge the bodies that the typed decoder did not take."""
        broken: Broken = {}
        bodies: dict[int, msgspec.Struct] = {}
        for index in indices:
            found = examine(self._body(index), success=is_success(self._status(index)), broken=broken)
            for flaw in found.flaws:
                self.scribe.flaw(index, flaw)
            for departure in found.departures:
                self.scribe.departure(index, departure)
            if found.refused:
                self.refused.add(index)
            if found.rows is not None:
                bodies[index] = found.rows
            if not found.readable:
                self.reasons[index] = Reason.NOT_JSON
            if found.sound is None:
                self.exercised.unsound(index)
            elif found.refused:
                self.exercised.refusal(index, found.sound)
        if bodies:
            frames = self._flatten(bodies, broken)
            self._judge_rows(frames)
            self._judge_clauses(bodies)
            self.exercised.answers(bodies, frames)

    def _judge_exchanges(self) -> None:
        """Judge what was asked, unless the service refused it, and what HTTP says."""
        everyone = [
            (index, exchange.request)
            for index, exchange in enumerate(self.exchanges)
            if exchange.request is not None and self._is_ours(index)
        ]
        asked = [(index, request) for index, request in everyone if index not in self.refused]
        in_vain = [(index, request) for index, request in everyone if index in self.refused]
        if in_vain:
            self.exercised.requests(request_frame(in_vain))
        if asked:
            frame = request_frame(asked)
            self._judge_rows({"requests": frame})
            self.exercised.requests(frame)
        for index, request in asked:
            for name in dict.fromkeys(name for name, _ in query(request) if name not in operation().parameters):
                self.scribe.undeclared_parameter(index, name)
        for index, exchange in enumerate(self.exchanges):
            for odd in oddities(exchange) if self._is_ours(index) else ():
                self.scribe.oddity(index, odd)

    def _outcome(self) -> Outcome:
        found = sorted(self.scribe.findings, key=lambda one: (one.exchange, one.part, order(one.pointer), one.code))
        failed = {one.exchange for one in found if one.severity.reaches(self.settings.fail_on)}
        verdicts = tuple(self._verdict(index, failed=index in failed) for index in range(len(self.exchanges)))
        passed = {index for index, verdict in enumerate(verdicts) if verdict.state is State.PASS}
        statuses = (status for status in map(self._status, passed) if status is not None)
        return Outcome(verdicts, tuple(found), self.exercised.coverage(passed, statuses))

    def _verdict(self, index: int, *, failed: bool) -> Verdict:
        place, reason = self.exchanges[index].place, self.reasons[index]
        if failed:
            return Verdict(place, State.FAIL)
        return Verdict(place, State.PASS if reason is None else State.UNCHECKED, reason)

    def _is_ours(self, index: int) -> bool:
        return self.reasons[index] is not Reason.OTHER_OPERATION

    def _status(self, index: int) -> int | None:
        response = self.exchanges[index].response
        return None if response is None else response.status

    def _body(self, index: int) -> bytes:
        response = self.exchanges[index].response
        return b"" if response is None or response.body is None else response.body
