"""All the outputs of a run together."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..runner import Checked
from .findings import findings_output
from .messages import RowsOutput
from .parts import part_path, refuse_conflicts
from .quarantine import NAME, QuarantineOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..inputs import Input
    from ..readers.base import Problem
    from ..report import Report
    from ..runner import Event, Mark
    from .base import Output
    from .state import Resuming

_KINDS: Final[dict[str, Callable[[Path, str, int | None], Output]]] = {
    "quarantine": QuarantineOutput,
    "findings": findings_output,
    "messages": RowsOutput,
}


class Outputs:
    """The files that a run writes, by the names of their options."""

    def __init__(
        self,
        wanted: dict[str, str],
        inputs: Sequence[Input | Problem] = (),
        resuming: Resuming | None = None,
        before: int = 0,
    ) -> None:
        """`before` is how many exchanges came before those that are told of.

        Raises `OutputError` where a file cannot be written, so that nothing is read in vain.
        """
        targets = {name: Path(path) for name, path in wanted.items()}
        refuse_conflicts([_file(name, target) for name, target in targets.items()], inputs)
        self._resuming = resuming
        self._before = before
        self._outputs: dict[str, Output] = {}
        token = secrets.token_hex(4) if resuming is None else resuming.state.token
        try:
            for name, target in targets.items():
                if resuming is None or not _took_its_place(name, target, resuming):
                    size = None if resuming is None else resuming.state.sizes.get(name)
                    self._outputs[name] = _KINDS[name](target, token, size)
        except BaseException:
            self.abandon()
            raise

    def hear(self, event: Event, report: Report) -> None:
        """Write down what an event tells; `report` is what was found up to it."""
        if not isinstance(event, Checked):
            return
        for output in self._outputs.values():
            output.take(event.outcome, self._before)
        self._before += len(event.outcome.verdicts)
        self._note(event.mark, report)

    def finish(self, report: Report, end: Mark) -> None:
        """Put the files in their places."""
        self._note(end, report, ended=True)
        for name in list(self._outputs):
            self._outputs[name].finish()
            del self._outputs[name]

    def abandon(self) -> None:
        """Leave nothing of what is not finished, unless another run is to go on with it."""
        for output in self._outputs.values():
            if self._resuming is None or not self._resuming.is_noted:
                output.discard()
            else:
                output.close()

    def _note(self, mark: Mark, report: Report, *, ended: bool = False) -> None:
        if self._resuming is not None:
            self._resuming.note(mark, report, self._sizes, ended=ended)

    def _sizes(self) -> dict[str, int]:
        return {name: output.sync() for name, output in self._outputs.items()}


def _file(name: str, target: Path) -> Path:
    return target / NAME if name == "quarantine" else target


def _took_its_place(name: str, target: Path, resuming: Resuming) -> bool:
    """Whether an output was finished by the run that is gone on with."""
    return resuming.state.ended and not part_path(_file(name, target), resuming.state.token).exists()
