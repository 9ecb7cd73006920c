"""`interpact check`: validate captured responses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .options import (
    color_option,
    console,
    ignore_option,
    option,
    profile_option,
    select_option,
    settings_of,
    show_values_option,
)

if TYPE_CHECKING:
    from ..report import Report
    from ..reports.base import Reporter


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@option(
    "--format",
    "format",
    type=click.Choice(["text", "json", "ndjson"]),
    default="text",
    show_default=True,
    help="How to report on standard output.",
)
@option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severity that makes an exchange fail, and the exit code 1.",
)
@profile_option
@option("--strict/--no-strict", default=False, help="Undeclared properties are errors.")
@select_option
@ignore_option
@option("--all-places/--no-all-places", default=False, help="Report every place rather than one line a group.")
@option(
    "--max-findings",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Report at most this many groups, or places; the summary counts them all.",
)
@show_values_option
@option("--otp-masked/--no-otp-masked", default=False, help="OTP masking is on: an unmasked code is an error.")
@color_option
def check_command(**options: Any) -> int:
    """Check recorded exchanges, or bare bodies, against the contract.

    PATH is a file, a folder, a pattern, or - for standard input. The format is recognised from the content: a JSON
    body, a JSON array, NDJSON, HAR, a VCR cassette; each also as .gz and .zst. Exchanges of other operations are
    passed over and counted.
    """
    from ..runner import Run
    from .progress import watched

    going = Run(options["paths"], settings_of(options))
    reporter = _reporter(options)
    try:
        for event in watched(going, options["color"]):
            reporter.hear(event)
    except KeyboardInterrupt:
        reporter.finish(going.report, interrupted=True)
        raise
    reporter.finish(going.report)
    return exit_code(going.report)


def exit_code(report: Report) -> int:
    """1 for a failed exchange; otherwise 2 if something was not read or nothing was checked; otherwise 0."""
    if report.states["fail"]:
        return 1
    return 2 if report.problem_count or not report.judged else 0


def _reporter(options: dict[str, Any]) -> Reporter:
    """The report that was asked for; each format is loaded only where it is used."""
    limits = {"all_places": options["all_places"], "max_findings": options["max_findings"]}
    if options["format"] == "json":
        from ..reports.json import JsonReport

        return JsonReport(sys.stdout.buffer, **limits)
    if options["format"] == "ndjson":
        from ..reports.ndjson import NdjsonReport

        return NdjsonReport(sys.stdout.buffer, **limits)
    from ..reports.text import TextReport

    return TextReport(console(options["color"]), **limits)
