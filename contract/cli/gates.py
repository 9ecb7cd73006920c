"""Options about a run as a whole, which `interpact check` and `interpact fuzz` have: coverage, gates, baselines."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .options import option, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..baseline import Baseline
    from ..gates import Asked
    from ..report import Report
    from ..settings import Settings

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS: Final = (
    option("--coverage/--no-coverage", default=False, help="Say how much of the contract was exercised, and the gaps."),
    option("--all-gaps/--no-all-gaps", default=False, help="Name every gap of the coverage, not the first few."),
    option(
        "--fail-under",
        type=click.FloatRange(0, 100),
        metavar="PERCENT",
        help="Exit with 1 if less of the contract was covered.",
    ),
    option(
        "--max-unchecked",
        type=click.FloatRange(0, 100),
        metavar="PERCENT",
        help="Exit with 1 if more of the exchanges of the operation could not be judged.",
    ),
    option("--baseline", type=_FILE, help="Accepted findings by fingerprint, each with a last day."),
    click.option(
        "--write-baseline",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Accept what fails this run: add it to FILE, which keeps what is in it, and exit with 0.",
    ),
    click.option("--until", metavar="DATE", help="With --write-baseline: the last day, as 2027-01-31."),
    click.option("--why", default="", metavar="TEXT", help="With --write-baseline: the reason, or a ticket."),
    click.option("--tolerance", hidden=True, type=click.UNPROCESSED, default=()),  # of the configuration only
)


def gate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


def gated(options: dict[str, Any]) -> tuple[Settings, Asked]:
    """How exchanges are judged, and what is asked of the run, as the options of a command say."""
    import msgspec

    from ..baseline import Baseline, BaselineError, read_baseline, today
    from ..gates import Asked

    _examine(options)
    try:
        baseline = read_baseline(options["baseline"]) if options["baseline"] else Baseline()
        if options["write_baseline"]:
            _known(options["write_baseline"])  # so that a mistake is told before anything is checked
    except BaselineError as error:
        raise click.UsageError(str(error)) from None
    settings = msgspec.structs.replace(settings_of(options), accepted=baseline.accepts(today()))
    asked = Asked(fail_under=options["fail_under"], max_unchecked=options["max_unchecked"], baseline=baseline)
    return settings, asked


def write_baseline(options: dict[str, Any], report: Report, settings: Settings) -> bool:
    """Accept what fails the run, if that is wanted: then the exit code is not that of the findings."""
    target = options["write_baseline"]
    if target is None:
        return False
    from ..baseline import today
    from ..outputs.parts import OutputError, write_whole

    failing = [one for one in report.groups() if settings.fails(one.code, one.severity)]
    before = _known(target)
    after = before.with_groups(failing, date.fromisoformat(options["until"]), options["why"], today())
    try:
        write_whole(target, after.written(), private=False)
    except OutputError as error:
        raise click.ClickException(str(error)) from None
    fresh = len(set(after.entries) - set(before.entries))
    click.echo(
        f"{target}: {fresh} of {len(after.entries)} entries are new, accepted until {options['until']}", err=True
    )
    return True


def _known(target: Path) -> Baseline:
    from ..baseline import Baseline, read_baseline

    return read_baseline(target) if target.exists() else Baseline()


def _examine(options: dict[str, Any]) -> None:
    """Raise for a baseline that is to be written without a last day, or for the day of none."""
    if options["write_baseline"] is None:
        if options["until"] or options["why"]:
            message = "--until and --why are about --write-baseline FILE"
            raise click.UsageError(message)
        return
    if options["until"] is None:
        message = "--write-baseline needs --until DATE: what is accepted for ever is never mended"
        raise click.UsageError(message)
    try:
        date.fromisoformat(options["until"])
    except ValueError:
        message = f"--until: {options['until']!r} is no day such as 2027-01-31"
        raise click.UsageError(message) from None
