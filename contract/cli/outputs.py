"""What `interpact check` writes beside its report, and how a run is gone on with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .options import option, wish_of
from .reports import has_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..inputs import Input
    from ..outputs.folders import Folders
    from ..outputs.state import Resuming
    from ..outputs.writing import Outputs
    from ..readers.base import Problem
    from ..runner import Event, Run
    from ..settings import Settings
    from ..spark import SparkRun

_OUTPUTS: Final = ("quarantine", "findings", "messages")
_OPTIONS: Final = (
    option(
        "--quarantine",
        metavar="DIR",
        help="Write the exchanges that fail, with their findings, to DIR/failed.ndjson, which check reads again.",
    ),
    option("--findings", metavar="FILE", help="Write every finding as a row: FILE ends in .parquet, .ndjson or .csv."),
    option(
        "--messages",
        metavar="FILE",
        help="Write the messages of the exchanges that pass as a table: FILE ends in .parquet. Holds personal values.",
    ),
    option(
        "--resume",
        metavar="STATE",
        help="Keep in STATE how far the run is, and go on from there if the file is there; it is gone at the end.",
    ),
)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


@dataclass(frozen=True, slots=True)
class Going:
    """A run with what it writes, if anything was asked for."""

    run: Run | SparkRun
    outputs: Outputs | Folders | None = None
    resuming: Resuming | None = None

    def hear(self, event: Event) -> None:
        """Write down what an event tells."""
        if self.outputs is not None:
            self.outputs.hear(event, self.run.report)

    def finish(self) -> None:
        """Put everything in its place."""
        from ..runner import Mark

        if self.outputs is not None:
            self.outputs.finish(self.run.report, Mark(len(self.run.inputs)))

    def told(self) -> None:
        """The report is out: there is nothing to go on with any more."""
        if self.resuming is not None:
            self.resuming.remove()

    def abandon(self) -> None:
        """Leave nothing but what another run goes on with."""
        if self.outputs is not None:
            self.outputs.abandon()

    @property
    def before(self) -> Sequence[Event]:
        """What another run told of, as far as it is known."""
        return self.run.report.problems if self.resuming is not None and self.resuming.goes_on else ()


def written(options: dict[str, Any]) -> list[Path]:
    """The files that a run writes beside its reports."""
    files = [Path(options[name]) for name in ("findings", "messages", "resume", "write_baseline") if options[name]]
    if not options["quarantine"]:
        return files
    from ..outputs.quarantine import NAME

    return [*files, Path(options["quarantine"], NAME)]


def begin(options: dict[str, Any], settings: Settings, jobs: int) -> Going:
    """The run that the options of the command ask for. Raises `OutputError`."""
    from ..keep import Keep
    from ..runner import Run

    wish = wish_of(options)
    wanted: dict[str, str] = {name: options[name] for name in _OUTPUTS if options[name]}
    if options["engine"] == "spark":
        return _begin_on_spark(options, jobs, settings, wanted)
    for name in ("spark_master", "spark_conf"):
        if options[name]:
            message = f"--{name.replace('_', '-')} is for --engine spark"
            raise click.UsageError(message)
    keep = Keep(failed="quarantine" in wanted, rows="messages" in wanted, statistics=has_figures(options))
    if not wanted and not options["resume"]:
        return Going(Run(options["paths"], settings, wish, jobs=jobs, keep=keep))
    from ..outputs.writing import Outputs

    run = Run(options["paths"], settings, wish, jobs=jobs, keep=keep)
    if not options["resume"]:
        return Going(run, Outputs(wanted, run.inputs))
    resuming = _resuming(options, settings, run.inputs, wanted)
    settings, report = resuming.settings(settings), resuming.report()
    run = Run(options["paths"], settings, wish, jobs=jobs, keep=keep, since=resuming.state.mark)
    run.report = report
    try:
        return Going(run, Outputs(wanted, run.inputs, resuming, report.states.total()), resuming)
    except BaseException:
        if not resuming.goes_on:
            resuming.remove()
        raise


def _resuming(
    options: dict[str, Any], settings: Settings, inputs: Sequence[Input | Problem], wanted: dict[str, str]
) -> Resuming:
    if options["all_places"]:
        message = "--resume cannot repeat what --all-places has printed: write every place with --findings"
        raise click.UsageError(message)
    from ..outputs.state import Resuming, wanted_of

    places = [options["engine"], *(f"{name} {Path(path).absolute()}" for name, path in wanted.items())]
    places += ["statistics"] if has_figures(options) else []
    return Resuming(Path(options["resume"]), settings, inputs, wanted_of(settings, wish_of(options), *places))


def _begin_on_spark(options: dict[str, Any], jobs: int, settings: Settings, wanted: dict[str, str]) -> Going:
    from ..finding import find_inputs
    from ..inputs import STDIN
    from ..outputs.folders import Folders
    from ..planning import shares, size_for
    from ..recordings import MOST
    from ..shares import Wanted
    from ..spark import SparkRun, start

    conf = dict(_setting(one) for one in options["spark_conf"])
    if STDIN in options["paths"]:
        message = "standard input cannot be read by the tasks of Spark: name a file"
        raise click.UsageError(message)
    inputs = list(find_inputs(options["paths"]))
    plan = list(shares(inputs, size_for(inputs, jobs)))
    state = options["resume"]
    resuming = _resuming(options, settings, inputs, wanted) if state else None
    settings = settings if resuming is None else resuming.settings(settings)
    places = options["max_findings"] if options["all_places"] else 0
    asked = Wanted(tuple(wanted), places, has_figures(options), MOST // max(1, len(plan)))
    try:
        folders = Folders(wanted, inputs, resuming, state or "") if wanted or resuming else None
        session = start(options["spark_master"], conf, jobs)
        run = SparkRun(session, inputs, plan, settings, wish_of(options), wanted=asked, folders=folders)
    except BaseException:
        if resuming is not None and not resuming.goes_on:
            resuming.remove()
        raise
    return Going(run, folders, resuming)


def _setting(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name:
        message = f"--spark-conf {text}: write KEY=VALUE"
        raise click.UsageError(message)
    return name, value
