"""Probes are sent and what comes back is taken down: every answer is checked, every broken one is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from ...schemas.relations import Disagreement, Seen
from ...schemas.rules import RULES, Part
from ..checker import check
from ..exchange import Exchange, Place
from ..findings import Finding, Outcome
from ..jsontext import too_deep
from ..keep import NOTHING, Keep
from ..scribe import marked
from .ask import Ask
from .discoveries import Discoveries
from .flaws import FlawKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...strategies.probes import Probe
    from ..settings import Settings
    from .client import Client, Heard

_BATCH: Final = 200
"""Answers that are checked together."""
_WINDOW: Final = 8
"""Requests that are under way for each worker, answered or not."""
_SLOW: Final = 2.0
"""Seconds within which an answer arrives (reference-behaviour R9)."""
_TOLD_BY: Final = {FlawKind.CREDENTIAL: (Part.BODY, "IP315")}
"""Flaws that another rule tells than the one about transfers."""
_ASKING: Final = frozenset({"IP302", "IP303"})
"""Rules whose probes are ordinary requests, so that what was asked for is judged with the answer."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A probe, what was heard, and the answer, if one came."""

    probe: Probe
    heard: Heard
    seen: Seen | None


class Hearing:
    """Sends probes, in order and some at a time, and keeps what was found; safe to call from several threads."""

    def __init__(
        self,
        client: Client,
        settings: Settings,
        workers: int,
        save: Callable[[Heard, bool], None] | None = None,
        keep: Keep = NOTHING,
    ) -> None:
        self.found = Discoveries()
        self._into = [self.found]
        self._client = client
        self._settings = settings
        self._workers = workers
        self._lock = Lock()
        self._waiting: list[tuple[Probe, Exchange]] = []
        self._slow = 0
        self._misses: list[tuple[Probe, str]] = []
        self._save = save
        self._keep = keep

    def begin(self) -> Discoveries:
        """Keep what is found from now on, until the next such call, by itself as well."""
        part = Discoveries()
        self._into = [self.found, part]
        return part

    def all(self, probes: Iterable[Probe]) -> Iterator[Tried]:
        """What comes of each probe, in their order."""
        stream = iter(probes)
        with ThreadPoolExecutor(self._workers) as pool:
            while some := list(islice(stream, self._workers * _WINDOW)):
                yield from pool.map(self.one, some)

    def one(self, probe: Probe) -> Tried:
        """What comes of one probe; the answer is checked with the next batch."""
        return self.heard(probe, self._client.send(_ask(probe)))

    def heard(self, probe: Probe, heard: Heard) -> Tried:
        """Take down what came of a probe that was sent elsewhere."""
        if self._save is not None:
            with self._lock:
                self._save(heard, probe.rule not in _ASKING and probe.method != "HEAD")
        with self._lock:
            for found in self._into:
                found.count(probe.rule)
            self._take_down(probe, heard)
        return Tried(probe, heard, _seen(heard))

    def report(self, probe: Probe, *wrong: Disagreement) -> None:
        """Keep what was found out about an answer by looking at others."""
        findings = [one for one in (self._finding(probe, one) for one in wrong) if one is not None]
        with self._lock:
            self._add(Outcome((), tuple(findings)), [probe])

    def unchecked(self, what: str, why: str) -> None:
        """Keep that something was not tested, and why."""
        for found in self._into:
            found.unchecked[what] = why

    def forget_misses(self) -> None:
        """The endpoint is gone: that the last requests had no answer is no finding of their own."""
        self._misses.clear()

    def finish(self) -> None:
        """Check what still waits."""
        with self._lock:
            self._tell_misses()
            self._check()

    def _tell_misses(self) -> None:
        for probe, why in self._misses:
            self._note(probe, Disagreement("IP318", Part.STATUS, "", "a complete answer", why))
        self._misses.clear()

    def _take_down(self, probe: Probe, heard: Heard) -> None:
        if heard.failure is not None:
            self._misses.append((probe, heard.failure.value))
        else:
            self._tell_misses()
        for flaw in heard.flaws:
            actual = f"{flaw.kind.value}{f' ({flaw.actual})' if flaw.actual else ''}"
            part, code = _TOLD_BY.get(flaw.kind, (Part.RESPONSE_HEADERS, "IP325"))
            self._note(probe, Disagreement(code, part, "", RULES[code].expected, actual))
        if heard.elapsed > _SLOW:
            self._slow += 1
            if self._slow > 1:
                self._note(probe, Disagreement("IP319", Part.STATUS, "", "an answer within 2 seconds", "a later one"))
        if heard.failure is None and probe.method != "HEAD":
            self._waiting.append((probe, _judgeable(probe, heard.exchange)))
        if len(self._waiting) >= _BATCH:
            self._check()

    def _check(self) -> None:
        waiting, self._waiting = self._waiting, []
        outcome = check([exchange for _, exchange in waiting], self._settings, keep=self._keep)
        ours = tuple(one for one in outcome.findings if not one.part.value.startswith("request."))
        self._add(msgspec.structs.replace(outcome, findings=ours), [probe for probe, _ in waiting])

    def _add(self, outcome: Outcome, probes: list[Probe]) -> None:
        for found in self._into:
            found.add(outcome, probes)

    def _note(self, probe: Probe, wrong: Disagreement) -> None:
        finding = self._finding(probe, wrong)
        if finding is not None:
            self._add(Outcome((), (finding,)), [probe])

    def _finding(self, probe: Probe, wrong: Disagreement) -> Finding | None:
        severity = self._settings.severity(RULES[wrong.rule])
        if severity is None:
            return None
        where = (wrong.part, wrong.pointer, wrong.expected, wrong.actual)
        return marked(Finding(wrong.rule, severity, *where, Place(probe.what), 0), self._settings)


def _ask(probe: Probe) -> Ask:
    authorised = {"right": True, "none": False}.get(probe.credentials, probe.credentials)
    return Ask(method=probe.method, target=probe.target, headers=probe.headers, authorised=authorised, label=probe.what)


def _judgeable(probe: Probe, exchange: Exchange) -> Exchange:
    """The exchange without its request, unless that is an ordinary one: what we ask for on purpose is no finding."""
    return exchange if probe.rule in _ASKING else msgspec.structs.replace(exchange, request=None)


def _seen(heard: Heard) -> Seen | None:
    response = heard.exchange.response
    if heard.failure is not None or response is None or response.status is None:
        return None
    raw = response.body or b""
    return Seen(response.status, dict(reversed(response.headers)), _parsed(raw), raw.decode("utf-8", "replace"))


def _parsed(raw: bytes) -> Any:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return None if too_deep(value) else value
