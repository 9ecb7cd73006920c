"""`interpact check`: validate captured responses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from .gates import gate_options, gated, write_baseline
from .options import (
    Size,
    color_option,
    ignore_option,
    option,
    profile_option,
    select_option,
    show_values_option,
)
from .outputs import begin, output_options, written
from .reports import opened, report_options, reports, told

if TYPE_CHECKING:
    from ..reports.base import About
    from ..settings import Settings


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@report_options
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
@option("--body-column", metavar="NAME", help="The column of a table (Parquet, Arrow, CSV, SQLite) with the bodies.")
@option(
    "--max-body", type=Size(), default="256MiB", show_default=True, help="The largest body, or line, that is judged."
)
@option(
    "--max-expansion",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="How many times its size a compressed input may grow, once past --free-expansion.",
)
@option("--free-expansion", type=Size(), default="100MiB", show_default=True, help="What it may always grow to.")
@option(
    "--max-depth",
    type=click.IntRange(8, 256),
    default=128,
    show_default=True,
    help="Levels of nesting of a body that are followed.",
)
@show_values_option
@option("--otp-masked/--no-otp-masked", default=False, help="OTP masking is on: an unmasked code is an error.")
@option(
    "--hygiene/--no-hygiene",
    default=False,
    help="These are recordings to be kept: they hold neither secrets nor personal data.",
)
@option(
    "--max-age",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="A recording is old whose Date lies further back.",
)
@option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes that check at the same time, where there is much to check; by default one for each core.",
)
@gate_options
@output_options
@option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Where to check: in processes of this machine, or on Apache Spark (docs/scale.md).",
)
@option("--spark-master", metavar="URL", help="The Spark to use: spark://..., yarn, k8s://..., local[N], sc://...")
@option("--spark-conf", multiple=True, metavar="KEY=VALUE", help="A setting of Spark. Repeatable.")
@color_option
def check_command(**options: Any) -> int:
    """Check recorded exchanges, or bare bodies, against the contract.

    PATH is a file, a folder, a pattern, a URL, or - for standard input. The format is recognised from the content;
    `interpact formats` lists what can be read, also compressed and in archives. Exchanges of other operations are
    passed over and counted.
    """
    from ..outputs.parts import OutputError

    errors: tuple[type[Exception], ...] = (OutputError,)
    if options["engine"] == "spark":  # what it loads is not for those who check locally
        from ..spark import SparkError

        errors = (OutputError, SparkError)
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # `--jobs` says how many cores are used
    try:
        return _check(options)
    except errors as error:
        raise click.ClickException(str(error)) from None


def _check(options: dict[str, Any]) -> int:
    from ..ending import Ending
    from ..gates import exit_code
    from ..runner import WorkerDiedError, cores
    from .progress import watched

    settings, asked = gated(options)
    going = begin(options, settings, options["jobs"] or cores())
    run = going.run
    try:
        files = opened(options, run.inputs, written(options))
        reporter = reports(options, _about(options, settings), files)
    except BaseException:
        going.abandon()
        raise
    _warn_of_broken_readers()
    try:
        for event in going.before:
            reporter.hear(event)
        for event in watched(run, options["color"]):
            reporter.hear(event)
            going.hear(event)
        going.finish()
        ending = asked.ending(run.report, settings)
        reporter.finish(run.report, ending)
    except KeyboardInterrupt:
        run.close()
        reporter.finish(run.report, Ending(interrupted=True))
        told(files)
        if options["resume"]:
            click.echo("to go on: the same command with the same --resume", err=True)
        raise
    except WorkerDiedError as error:
        raise click.ClickException(str(error)) from None
    finally:
        run.close()
        going.abandon()
        files.discard()
    told(files)
    going.told()
    code = exit_code(run.report, ending)
    return 0 if write_baseline(options, run.report, settings) and code == 1 else code


def _warn_of_broken_readers() -> None:
    """Say which readers of other packages cannot be used; what else there is to read is read."""
    from ..readers.installed import readers

    for broken in readers().broken:
        click.echo(f"warning: {broken}", err=True)


def _about(options: dict[str, Any], settings: Settings) -> About:
    from ..reports.base import About

    names = ("all_places", "max_findings", "coverage", "all_gaps")
    return About.of("check", settings, **{name: options[name] for name in names})
