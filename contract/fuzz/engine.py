"""`explore`: have Schemathesis ask an endpoint in all its ways, with our strategies, and judge what it answers."""

from __future__ import annotations

import random
import shlex
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from .adapter import Attempt, Halted, Source, Task
from .budget import BudgetSpent
from .events import (
    End,
    Event,
    Explored,
    Finished,
    Judge,
    Minimal,
    Mode,
    Phase,
    PhaseFinished,
    PhaseStarted,
    Problem,
    Progress,
    Unanswered,
)
from .pulse import Gone

if TYPE_CHECKING:
    from collections.abc import Generator

    from .ask import Ask
    from .client import Client
    from .heard import Heard

_TICK: Final = 0.1
"""Seconds between two events of progress."""
_GRACE: Final = 2.0
"""Seconds that an interrupted exploration waits for the request that is under way."""
_Known = Sequence[Mapping[str, str]]


def _never() -> bool:
    return False


def explore(  # noqa: PLR0913 - each is a choice of the user's
    client: Client,
    *,
    judge: Judge,
    seed: int,
    examples: int,
    phases: Collection[Phase] = tuple(Phase),
    modes: Collection[Mode] = tuple(Mode),
    workers: int = 1,
    customers: _Known = (),
    stop: Callable[[], bool] = _never,
) -> Generator[Event]:
    """Ask the endpoint of `client`, judge every answer, and tell what happens; the last event is `Finished`.

    `client` owns credentials, budget, rate, time-outs and TLS. `examples` bounds the requests that the fuzzing phase
    makes up, not counting those that shrink one, and the plain questions about `customers` in the phase of examples;
    the number of the coverage phase follows from the document. Each mistake that `judge` names is made small once;
    after that the phase goes on with the examples that are left. `stop` is asked before every request. The same
    `seed` gives the same requests as long as there is one worker and the endpoint gives the same answers.

    A request without an answer, a spent budget and an endpoint that is gone are events. An exception of `judge` ends
    the exploration and is raised here. An interrupt (`KeyboardInterrupt`), or closing the generator, ends it after
    the request that is under way; there is no last event then.
    """
    run = _Run(client, judge, stop)
    plans = [_tasks(phases, modes, examples, seed, number, workers) for number in range(workers)]
    threads = [threading.Thread(target=run.work, args=(tasks, customers), daemon=True) for tasks in plans]
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or not run.events.empty():
            try:
                yield run.events.get(timeout=_TICK)
            except Empty:
                continue
        run.halt(End.COMPLETED)
    finally:
        run.halt(End.STOPPED, "interrupted")
        for thread in threads:
            thread.join(_GRACE)
    if run.error is not None:
        raise run.error
    yield run.finished()


def _tasks(  # noqa: PLR0913, PLR0917 - what `explore` was told
    phases: Collection[Phase], modes: Collection[Mode], examples: int, seed: int, number: int, workers: int
) -> list[Task]:
    """What worker `number` does. The first does what is fixed; what is made up is shared out, each share its seed."""
    tasks: list[Task] = []
    ordered = tuple(mode for mode in Mode if mode in modes)
    if number == 0 and Phase.EXAMPLES in phases and Mode.POSITIVE in modes:
        tasks.append(Task(Phase.EXAMPLES, (Mode.POSITIVE,), examples, seed))
    if number == 0 and Phase.COVERAGE in phases and ordered:
        tasks.append(Task(Phase.COVERAGE, ordered, examples, seed))
    for place, mode in enumerate(ordered if Phase.FUZZING in phases else ()):
        share, shares = number * len(ordered) + place, workers * len(ordered)
        size = examples * (share + 1) // shares - examples * share // shares
        tasks.append(Task(Phase.FUZZING, (mode,), size, _mixed(seed, share)))
    return [task for task in tasks if task.examples > 0 or task.phase is Phase.COVERAGE]


def _mixed(seed: int, part: int) -> int:
    return random.Random(f"{seed}/{part}").getrandbits(64)  # noqa: S311 - repeatable, not secret


class _Run:
    """One exploration, shared by its workers: what was counted, what was found, and whether it is over."""

    def __init__(self, client: Client, judge: Judge, stop: Callable[[], bool]) -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.error: BaseException | None = None
        self.requests = 0
        self._client = client
        self._judge = judge
        self._stop = stop
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._ticked = 0.0
        self._unanswered = 0
        self._end: tuple[End, str] | None = None
        self._smallest: dict[str, Explored] = {}

    def work(self, tasks: Sequence[Task], customers: _Known) -> None:
        """Do the tasks of one worker."""
        try:
            for task in tasks:
                if self._end is None:
                    _Worker(self, task).run(customers)
        except BaseException as error:  # noqa: BLE001 - raised again by `explore`, in the thread that asked
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Keep an exception for `explore` to raise, and end."""
        self.error = self.error or error
        self.halt(End.STOPPED, "an error")

    def halt(self, end: End, reason: str = "") -> None:
        """Send no more requests. The first reason given is the one that counts."""
        with self._lock:
            self._end = self._end or (end, reason)

    def finished(self) -> Finished:
        """The last event."""
        end, reason = self._end or (End.COMPLETED, "")
        return Finished(end, reason, self.requests, self._unanswered, time.monotonic() - self._began)

    def ask(self, attempt: Attempt, phase: Phase) -> Explored:
        """Send one request. Raises `Halted` where the exploration is over."""
        self._go_on()
        heard = self._send(attempt.ask)
        explored = Explored(
            ask=attempt.ask,
            heard=heard,
            phase=phase,
            mode=attempt.mode,
            about=attempt.about,
            curl=_curl(attempt.ask, self._client.url_of(attempt.ask)),
        )
        self._count(explored)
        return explored

    def judge(self, explored: Explored) -> list[str]:
        """What is wrong with it; the smallest that shows each mistake is kept. Raises `Halted` if that fails."""
        try:
            keys = sorted(self._judge(explored))
        except Exception as error:
            self.fail(error)
            raise Halted from error
        with self._lock:
            for key in keys:
                known = self._smallest.get(key)
                if known is None or explored.size < known.size:
                    self._smallest[key] = explored
        return keys

    def tell_smallest(self, told: dict[str, Explored]) -> None:
        """Tell of what is new or smaller than what was `told`."""
        with self._lock:
            fresh = {key: one for key, one in sorted(self._smallest.items()) if told.get(key) is not one}
        told.update(fresh)
        for key, explored in fresh.items():
            self.events.put(Minimal(key, explored))

    def _go_on(self) -> None:
        if self._end is None and self._stop():
            self.halt(End.STOPPED, "no more was wanted")
        if self._end is not None:
            raise Halted

    def _send(self, ask: Ask) -> Heard:
        try:
            return self._client.send(ask)
        except BudgetSpent as news:
            self.halt(End.STOPPED, str(news))
        except Gone as news:
            self.halt(End.GONE, str(news))
        raise Halted

    def _count(self, explored: Explored) -> None:
        now = time.monotonic()
        with self._lock:
            self.requests += 1
            self._unanswered += explored.heard.failure is not None
            due = now - self._ticked >= _TICK
            self._ticked = now if due else self._ticked
        if explored.heard.failure is not None:
            self.events.put(Unanswered(explored))
        if due:
            self.events.put(Progress(explored.phase, self.requests, self._unanswered))


class _Worker:
    """One task while it runs, in rounds: each ends with new mistakes made small, and the next overlooks them."""

    def __init__(self, run: _Run, task: Task) -> None:
        self._run = run
        self._task = task
        self._overlooked: set[str] = set()
        self._found: set[str] = set()
        self._made = 0

    def run(self, customers: _Known) -> None:
        """Run the task to its end, and tell of what it found."""
        task, mode = self._task, self._task.modes[0] if len(self._task.modes) == 1 else None
        self._run.events.put(PhaseStarted(task.phase, mode))
        source = Source(customers, self)
        told: dict[str, Explored] = {}
        while task is not None:
            self._found, self._made = set(), 0
            for problem in source.run(task):
                self._run.events.put(Problem(task.phase, problem))
            self._run.tell_smallest(told)
            task = self._next(task)
        self._run.events.put(PhaseFinished(self._task.phase, mode, self._run.requests))

    def tried(self, attempt: Attempt) -> str | None:
        """The first mistake that is to be made small; only made-up requests can be."""
        if not self._found:
            self._made += 1
        keys = self._run.judge(self._run.ask(attempt, self._task.phase))
        key = next((key for key in keys if key not in self._overlooked), None)
        if key is None or self._task.phase is not Phase.FUZZING:
            return None
        self._found.add(key)
        return key

    def _next(self, task: Task) -> Task | None:
        """What is left of the task after a round that found something."""
        left = task.examples - self._made
        if not self._found or left <= 0:
            return None
        self._overlooked |= self._found
        return Task(task.phase, task.modes, left, _mixed(task.seed, self._made))


def _curl(ask: Ask, url: str) -> str:
    method = [] if ask.method == "GET" else ["-X", ask.method]
    headers = [part for name, value in ask.headers for part in ("-H", f"{name}: {value}")]
    return shlex.join(["curl", "-g", "-i", *method, *headers, url])
