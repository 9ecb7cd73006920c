"""`check`: the one place where exchanges are judged, for a file, a test, a live endpoint and a cluster alike.

A clean body is accepted in compiled code and by expressions over frames, once for the whole batch: many bodies as
columns at once, few by a typed decoder. Only what is refused there is read again, slowly and to the letter, for
findings with an exact place.
"""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, cast

import polars as pl
from msgspec import MsgspecError

from ..schemas.bodies import clauses
from ..schemas.document import operation
from ..schemas.rules import Profile
from .bulk import read
from .counting import Exercised
from .examine import examine
from .exchange import Exchange, Reason
from .findings import Outcome, Plain, State, Verdict, forgiven
from .flatten import flatten
from .frames import bare_context, breaches, context_frame, request_frame, written_colons, written_colons_each
from .http import is_refusal, is_success, oddities, query, unjudged
from .hygiene import outlived, unclean
from .jsontext import REPLACEMENT
from .keep import NOTHING, Keep, Kept
from .lines import Lines
from .measuring import measured
from .outputs.records import records_of
from .outputs.rows import rows_of
from .pointers import order
from .recordings import identity
from .scribe import Scribe
from .settings import Settings
from .structure import Departure
from .tallying import Tallying
from .together import Texts
from .typed import decoder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    import msgspec

    from ..schemas.bodies import Answer
    from .columns import Columns
    from .exchange import Request
    from .findings import Finding
    from .loose import Broken
    from .statistics import Statistics
    from .tolerance import Tally

LARGE: Final = 4 * 1024 * 1024
"""Bytes of bodies from which on it is worth to load what reads them as columns."""
_LARGE_ENOUGH: Final = 256 * 1024
"""The same where it is loaded already."""
_SPACE: Final = b" \t\r\n"
"""White space of JSON texts (RFC 8259 §2)."""
_SIGNS: Final = (b"\\u003", b"\\ufff", b"\\uFFF", REPLACEMENT.encode())
"""Signs of what only a slow reading sees: an escaped colon, which would spoil the count by which repeated keys are
noticed, and a replacement character."""


def check(
    batch: Sequence[Exchange], settings: Settings | None = None, *, large: int = LARGE, keep: Keep = NOTHING
) -> Outcome:
    """Judge exchanges. A pure function of the batch and the settings; no value of a body leaves it unless harmless.

    Bodies that have `large` bytes together are read together, which changes nothing but the time that it takes. The
    outcome carries nothing of what was checked but what `keep` asks for.

    >>> from interpact.contract.exchange import Place, Response
    >>> body = '{"name": "capillary", "interaction": [{"name": "sms", "count": 1, "messageList": []}]}'
    >>> outcome = check([Exchange(Place("body.json"), response=Response.of(body))])
    >>> print(outcome.verdicts[0].state.value, outcome.findings[0])
    pass body.json /interaction/0/count IP202: expected 0, the length of messageList, got 1
    """
    if large == LARGE and "pyarrow.json" in sys.modules:
        large = _LARGE_ENOUGH
    with _undisturbed():
        return _Batch(batch, settings or Settings(), large, keep).judge()


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

    def __init__(self, exchanges: Sequence[Exchange], settings: Settings, large: int, keep: Keep) -> None:
        self.exchanges = exchanges
        self.settings = settings
        self.large = large
        self.keep = keep
        self.scribe = Scribe(exchanges, settings)
        self.exercised = Exercised()
        self.tallying = Tallying(settings)
        self._asked: dict[int, list[tuple[str, str]]] = {}
        self.reasons: dict[int, Reason] = {}
        self.refused: set[int] = set()
        if not isinstance(exchanges, Lines):
            found = ((index, unjudged(exchange)) for index, exchange in enumerate(exchanges))
            self.reasons = {index: why for index, why in found if why is not None}
            self.refused = {index for index in range(len(exchanges)) if is_refusal(self._status(index))}

    def judge(self) -> Outcome:
        every = range(len(self.exchanges))
        bare = isinstance(self.exchanges, Lines)
        judged = every if bare else [index for index in every if index not in self.reasons]
        clean = self._judge_clean(judged if bare else [index for index in judged if is_success(self._status(index))])
        self._examine([index for index in judged if index not in clean] if len(clean) < len(judged) else ())
        self._judge_exchanges()
        self._search()
        return self._outcome()

    def _judge_clean(self, indices: Sequence[int]) -> set[int]:
        """Judge the answers that are accepted in compiled code, whatever their rows say; which ones these are."""
        columns = self._read_together(indices)
        known: set[int] = set() if columns is None else set(columns.bodies.get_column("exchange").to_list())
        others = [index for index in indices if index not in known] if len(known) < len(indices) else []
        bodies, frames = self._accepted(others)
        self._judge_clauses(bodies)
        if columns is None:
            self._judge_rows(frames)
            self.exercised.answers(bodies, frames)
        else:
            together = {name: _joined(frame, frames.get(name)) for name, frame in columns.frames.items()}
            self._judge_rows(together)
            self._judge_columns(columns)
            self.exercised.columns(columns.bodies, together)
            self.exercised.answers(bodies, {})
        return known.union(bodies)

    def _read_together(self, indices: Sequence[int]) -> Columns | None:
        """The bodies that are accepted as columns, if there is enough to read."""
        lines = self.exchanges
        if isinstance(lines, Lines):
            large = lines.ends[-1] >= self.large
            return read(Texts(lines.data, lines.ends), self._context(indices)) if large else None
        if sum(len(self._body(index)) for index in indices) < self.large:
            return None
        stripped = ((index, self._body(index).strip(_SPACE)) for index in indices)
        bodies = {index: body for index, body in stripped if body[:1] == b"{" and body[-1:] == b"}"}
        return read(Texts.of(list(bodies.values())), self._context(list(bodies))) if bodies else None

    def _accepted(self, indices: Sequence[int]) -> tuple[dict[int, msgspec.Struct], dict[str, pl.DataFrame]]:
        """The bodies that the typed decoder takes, and their tables."""
        accepted = self._decoded(indices)
        if not accepted:
            return {}, {}
        frames = self._flatten(accepted, {})
        repeated = self._with_repeated_keys(accepted, frames)
        if repeated:
            accepted = {index: body for index, body in accepted.items() if index not in repeated}
            frames = self._flatten(accepted, {})
        return accepted, frames

    def _decoded(self, indices: Sequence[int]) -> dict[int, msgspec.Struct]:
        decode = decoder().decode
        accepted: dict[int, msgspec.Struct] = {}
        for index in indices:
            body = self._body(index)
            if not any(sign in body for sign in _SIGNS):
                with suppress(MsgspecError, UnicodeDecodeError, RecursionError):
                    accepted[index] = decode(body)
        return accepted

    def _with_repeated_keys(self, bodies: dict[int, msgspec.Struct], frames: dict[str, pl.DataFrame]) -> set[int]:
        """The bodies in which a key occurs more than once: their texts have more colons than their members need."""
        written = {index: self._body(index).count(b":") for index in bodies}
        if sum(written.values()) == written_colons(frames, list(bodies.values())):
            return set()
        expected = written_colons_each(frames, bodies)
        return {index for index, colons in written.items() if colons != expected[index]}

    def _flatten(self, bodies: dict[int, msgspec.Struct], broken: Broken) -> dict[str, pl.DataFrame]:
        return flatten(list(bodies.values()), self._context(list(bodies)), broken)

    def _context(self, indices: Sequence[int]) -> pl.DataFrame:
        if isinstance(self.exchanges, Lines):
            return bare_context(indices, self.settings.now)
        exchanges = [(index, self.exchanges[index]) for index in indices]
        return context_frame(exchanges, self.settings.now, self._parameters)

    def _judge_rows(self, frames: dict[str, pl.DataFrame]) -> None:
        self.tallying.rows(frames)
        for name, frame in frames.items():
            for violation, row in breaches(name, frame, self.scribe.is_asked):
                self.scribe.row(name, violation, row)

    def _judge_clauses(self, bodies: dict[int, msgspec.Struct]) -> None:
        """Judge whole answers by what only the profile `strict` asks for."""
        if self.settings.profile is Profile.STRICT:
            for index, body in bodies.items():
                for clause in clauses(cast("Answer", body)):
                    self.scribe.departure(index, Departure(*clause))

    def _judge_columns(self, columns: Columns) -> None:
        """The same for answers that were read together."""
        if self.settings.profile is Profile.STRICT:
            self._judge_clauses(columns.shells())

    def _examine(self, indices: Sequence[int]) -> None:
        """Judge the bodies that the typed decoder did not take."""
        broken: Broken = {}
        bodies: dict[int, msgspec.Struct] = {}
        for index in indices:
            found = examine(
                self._body(index),
                success=is_success(self._status(index)),
                broken=broken,
                max_depth=self.settings.max_depth,
            )
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
        if isinstance(self.exchanges, Lines):
            return
        everyone = [
            (index, exchange.request)
            for index, exchange in enumerate(self.exchanges)
            if exchange.request is not None and self._is_ours(index)
        ]
        asked = [(index, request) for index, request in everyone if index not in self.refused]
        in_vain = [(index, request) for index, request in everyone if index in self.refused]
        if in_vain:
            self.exercised.requests(request_frame(in_vain, self._parameters))
        if asked:
            frame = request_frame(asked, self._parameters)
            self._judge_rows({"requests": frame})
            self.exercised.requests(frame)
        declared = operation().parameters
        for index, request in asked:
            for name in dict.fromkeys(name for name, _ in self._parameters(request) if name not in declared):
                self.scribe.undeclared_parameter(index, name)
        self._judge_http()

    def _parameters(self, request: Request) -> list[tuple[str, str]]:
        """The query parameters of a request of the batch, which several tables are about."""
        if id(request) not in self._asked:
            self._asked[id(request)] = query(request)
        return self._asked[id(request)]

    def _judge_http(self) -> None:
        for index, exchange in enumerate(self.exchanges):
            for odd in oddities(exchange) if self._is_ours(index) else ():
                self.scribe.oddity(index, odd)
            for odd in outlived(exchange, self.settings.now, self.settings.max_age) if self._is_ours(index) else ():
                self.scribe.oddity(index, odd)

    def _search(self) -> None:
        """Look for what no recording that is kept should hold, if somebody asks for it."""
        for index in range(len(self.exchanges)) if self.settings.hygiene else ():
            for odd in unclean(self._body(index)) if self._is_ours(index) else ():
                self.scribe.oddity(index, odd)

    def _outcome(self) -> Outcome:
        found = sorted(self.scribe.findings, key=lambda one: (one.exchange, one.part, order(one.pointer), one.code))
        failed = {one.exchange for one in found if self.settings.fails(one.code, one.severity)}
        others = failed.union(self.reasons)
        statuses = () if isinstance(self.exchanges, Lines) else map(self._status, range(len(self.exchanges)))
        known = (status for index, status in enumerate(statuses) if status is not None and index not in others)
        coverage, kept = self.exercised.coverage(others, known), self._kept(found, failed, others)
        coverage.profile = self.settings.profile
        return Outcome(
            self._verdicts(failed),
            tuple(found),
            coverage,
            kept,
            statistics=self._statistics(failed),
            tallies=self._tallies(found),
            recordings=tuple(self._recordings()),
            forgiven=len(forgiven(found, self.settings)),
        )

    def _recordings(self) -> Iterator[tuple[str, Finding]]:
        """What may be recorded twice, if that is asked for."""
        if not self.settings.hygiene or isinstance(self.exchanges, Lines):
            return
        for index, exchange in enumerate(self.exchanges):
            known = identity(exchange) if self._is_ours(index) else None
            found = None if known is None else self.scribe.recording(index)
            if known is not None and found is not None:
                yield known, found

    def _tallies(self, found: Sequence[Finding]) -> dict[str, Tally]:
        """What was counted for tolerances."""
        if not self.settings.tolerances:
            return {}
        unjudged = [index for index in self.reasons if self._is_ours(index)]
        others = len(self.reasons) - len(unjudged)
        return self.tallying.tallies(found, len(self.exchanges) - others, unjudged)

    def _kept(self, found: Sequence[Finding], failed: set[int], others: set[int]) -> Kept | None:
        """What is asked for of the exchanges that failed, and of those that passed."""
        if not self.keep.failed and not self.keep.rows:
            return None
        records = records_of(self.exchanges, failed, found, self.settings) if self.keep.failed else ()
        rows = rows_of(self.exchanges, self.exercised, others) if self.keep.rows else None
        return Kept(records, rows)

    def _statistics(self, failed: set[int]) -> Statistics | None:
        """The figures, if they are asked for."""
        if not self.keep.statistics:
            return None
        return measured(self.exchanges, self.exercised, self.reasons, failed, self.settings.now)

    def _verdicts(self, failed: set[int]) -> Sequence[Verdict]:
        if isinstance(self.exchanges, Lines):
            return Plain(self.exchanges.file, self.exchanges.number, len(self.exchanges), failed, self.reasons)
        return tuple(self._verdict(index, failed=index in failed) for index in range(len(self.exchanges)))

    def _verdict(self, index: int, *, failed: bool) -> Verdict:
        place, reason = self.exchanges[index].place, self.reasons.get(index)
        if failed:
            return Verdict(place, State.FAIL)
        return Verdict(place, State.PASS if reason is None else State.UNCHECKED, reason)

    def _is_ours(self, index: int) -> bool:
        return self.reasons.get(index) is not Reason.OTHER_OPERATION

    def _status(self, index: int) -> int | None:
        if isinstance(self.exchanges, Lines):
            return None
        response = self.exchanges[index].response
        return None if response is None else response.status

    def _body(self, index: int) -> bytes:
        if isinstance(self.exchanges, Lines):
            return self.exchanges.body(index)
        response = self.exchanges[index].response
        return b"" if response is None or response.body is None else response.body


def _joined(frame: pl.DataFrame, other: pl.DataFrame | None) -> pl.DataFrame:
    return frame if other is None or other.is_empty() else pl.concat([frame, other])
