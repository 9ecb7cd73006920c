"""How a command reports: `--format` for the screen, `--report` for files, and what is said to people beside."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from ..reports.registry import FORMS, Target, UnknownFormError, target
from .options import console, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ..inputs import Input
    from ..readers.base import Problem
    from ..reports.base import About, Reporter
    from ..reports.together import Files, Reports

_TEXT: Final = "text"


class ReportType(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - generic in the newest click only
    """A form of report and perhaps its file: `FORMAT`, `FORMAT=PATH`, or a path whose suffix tells the form."""

    name = "report"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        """The form and the file; fails for an unknown form."""
        try:
            return value if isinstance(value, Target) else target(str(value))
        except UnknownFormError as error:
            self.fail(str(error), param, ctx)


_OPTIONS: Final = (
    option(
        "--format",
        "format",
        type=click.Choice(list(FORMS)),
        default=_TEXT,
        show_default=True,
        help="How to report on standard output. With other formats than text, people's text goes to standard error.",
    ),
    option(
        "--report",
        type=ReportType(),
        multiple=True,
        metavar="FORMAT[=PATH]",
        help="Write a report to a file as well: interpact.sarif, interpact-junit.xml ..., or PATH. Repeatable.",
    ),
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


def has_figures(options: dict[str, Any]) -> bool:
    """Whether a report is asked for that shows the figures of the run."""
    wanted: tuple[Target, ...] = options["report"]
    return any(one.has_figures for one in (FORMS[options["format"]], *(one.form for one in wanted)))


def opened(options: dict[str, Any], inputs: Sequence[Input | Problem] = (), others: Iterable[Path] = ()) -> Files:
    """The files of the reports that were asked for. Raises `OutputError`, and `UsageError` for two on one screen."""
    from ..reports.together import Files

    wanted: tuple[Target, ...] = options["report"]
    on_screen = [one.form.name for one in wanted if one.path is None]
    if len(on_screen) > 1 or (on_screen and options["format"] != _TEXT):
        message = (
            f"--report {on_screen[-1]} goes to standard output, as another report does: give it a file, FORMAT=PATH"
        )
        raise click.UsageError(message)
    return Files(wanted, inputs, others)


def reports(options: dict[str, Any], about: About, files: Files) -> Reports:
    """The report on the screen and those in files, as one."""
    from ..reports.together import Reports

    return Reports([*_screen(options, about), *files.reporters(about, sys.stdout.buffer)], files)


def told(files: Files) -> None:
    """Say to people which files were written."""
    for name in files.names:
        click.echo(f"report {name}", err=True)


def _screen(options: dict[str, Any], about: About) -> list[Reporter]:
    from ..reports.text import TextReport

    if options["format"] == _TEXT:
        return [TextReport(console(options["color"]), about)]
    made = FORMS[options["format"]].load()(sys.stdout.buffer, about)
    return [made, TextReport(console(options["color"], stderr=True), about, brief=True)]
