"""What the processes of one run share about the live implementation: who asks, what was spent, what came of it.

A run in one process keeps it in memory. Under pytest-xdist it is kept in a folder that the controller makes: the
worker that holds the lock asks, the others wait and read. A worker that dies lets go of the lock.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest
from filelock import FileLock

from ..fuzz.address import AddressError
from ..fuzz.budget import Spent
from ..fuzz.credentials import CredentialsError
from ..fuzz.customers import CustomersError
from ..fuzz.launch import MISTAKES, examine
from ..fuzz.manners import MannersError
from ..fuzz.plan import seed_of_the_day
from .given import options_of

if TYPE_CHECKING:
    from collections.abc import Generator

_FOLDER: Final = "interpact_folder"
_SEED: Final = "interpact_seed"
_MADE: Final = pytest.StashKey[Path]()
_DAY: Final = pytest.StashKey[int]()

_FLAGS: Final[dict[type[Exception], tuple[str, ...]]] = {
    AddressError: ("url",),
    CredentialsError: ("auth",),
    CustomersError: ("customers", "learn"),
    MannersError: ("rate-limit",),
}
"""What a mistake is about; the other manners are bounded where they are read."""


class Failure(msgspec.Struct, frozen=True):
    """Why the test of one kind fails: a text, and the codes and names of the rules that are broken."""

    text: str
    rules: list[str]


class Outcome(msgspec.Struct, frozen=True):
    """What came of a stage: the failure of each kind, why something was not tested, why it ended early."""

    failures: dict[str, Failure] = {}
    accepted: dict[str, str] = {}
    """Of each kind of which everything that fails is accepted, until when and why."""
    untested: str | None = None
    ended: str | None = None


class StageReport(msgspec.Struct, frozen=True):
    """What one stage adds to the report of the run; what it added before, if it is run again, does not count."""

    report: str
    """A packed report (`packing.py`)."""


class State(msgspec.Struct):
    """What is shared. There is nothing in it that a report would not show."""

    spent: Spent = Spent()
    ended: str | None = None
    """Why nothing is sent any more, if the endpoint went away."""
    outcomes: dict[str, Outcome] = {}


class Board:
    """The shared state, in memory; in `folder`, if there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._state = State()

    @property
    def rate(self) -> Path | None:
        """The file in which a shared rate is kept."""
        return None if self._folder is None else self._folder / "rate.sqlite"

    @contextmanager
    def turn(self) -> Generator[State]:
        """Wait until no other process asks; what is changed in the state is what the next one finds.

        >>> board = Board()
        >>> with board.turn() as state:
        ...     state.ended = "gone"
        >>> with board.turn() as state:
        ...     state.ended
        'gone'
        """
        if self._folder is None:
            yield self._state
            return
        with FileLock(self._folder / "lock"):
            state = _read(file := self._folder / "state.json")
            try:
                yield state
            finally:
                _write(file, state)


def share(node: Any) -> None:
    """Have a worker of pytest-xdist, as its controller knows it, share with the others.

    Raises `pytest.UsageError` where what was asked for makes no sense: a worker that did would not be heard.
    """
    config: pytest.Config = node.config
    if _MADE not in config.stash:
        with usage():
            examine(options_of(config).aim())
        config.stash[_MADE] = folder = Path(mkdtemp(prefix="interpact-"))
        config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))
        config.stash[_DAY] = seed_of_the_day()
    node.workerinput[_FOLDER] = str(config.stash[_MADE])
    node.workerinput[_SEED] = config.stash[_DAY]


@contextmanager
def usage() -> Generator[None]:
    """Have pytest say what is wrong with what was asked for, in the plugin's own words."""
    try:
        yield
    except MISTAKES as mistake:
        flags = ", ".join(f"--interpact-{name}" for name in _FLAGS[type(mistake)])
        message = f"{flags}: {mistake}".replace(" --auth", " --interpact-auth")
        raise pytest.UsageError(message) from None


def board_of(config: pytest.Config) -> Board:
    """What this process shares with others, if there are any."""
    told = _given(config).get(_FOLDER)
    if told is None:
        return Board()
    folder = Path(told)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Board(folder)


def seed_of(config: pytest.Config) -> int | None:
    """The seed of the day on which the run began, where several processes must agree on it."""
    return _given(config).get(_SEED)


def _given(config: pytest.Config) -> dict[str, Any]:
    return getattr(config, "workerinput", {})


def _read(file: Path) -> State:
    return msgspec.json.decode(file.read_bytes(), type=State) if file.exists() else State()


def _write(file: Path, state: State) -> None:
    """All or nothing: a process may die at any moment."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(state))
    fresh.replace(file)
