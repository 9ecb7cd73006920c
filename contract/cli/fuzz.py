"""`interpact fuzz`: property tests against a live implementation."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .gates import gate_options, gated, write_baseline
from .options import (
    color_option,
    console,
    ignore_option,
    option,
    profile_option,
    select_option,
    show_values_option,
)
from .reports import has_figures, opened, report_options, reports, told

if TYPE_CHECKING:
    from collections.abc import Generator

    from ...strategies.probes import Probe
    from ..fuzz.client import Client
    from ..fuzz.customers import Customer
    from ..fuzz.launch import Aim
    from ..fuzz.plan import Plan
    from ..fuzz.session import Session
    from ..gates import Asked
    from ..inputs import Input
    from ..reports.together import Files

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("fuzz")
@click.argument("url", required=False)
@click.option("--customers", type=_FILE, help="Known customers: JSON, NDJSON or CSV with email, mobile, external_id.")
@click.option("--learn", multiple=True, metavar="PATH", help="Learn customers from captures. Repeatable.")
@click.option("--auth", metavar="SOURCE", help="Credentials: env:NAME or file:PATH, holding user:password or a token.")
@profile_option
@click.option("--seed", type=int, help="The same seed gives the same requests. By default, of the day.")
@click.option(
    "--examples", type=click.IntRange(0), default=100, show_default=True, help="Requests that Schemathesis makes up."
)
@click.option("--max-requests", type=click.IntRange(1), help="Send at most this many requests.")
@click.option(
    "--max-time",
    type=click.FloatRange(0, min_open=True),
    default=45.0,
    show_default=True,
    help="Seconds after which nothing is sent any more.",
)
@click.option(
    "--rate-limit",
    metavar="N/m",
    help="Requests in a time, such as 5/s. By default none for loopback hosts, 100/m otherwise.",
)
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="Requests under way at once.")
@click.option("--connect-timeout", type=float, default=5.0, show_default=True, help="Seconds.")
@click.option(
    "--read-timeout", type=float, help="Seconds for a whole answer. By default 5 for loopback hosts, 30 otherwise."
)
@click.option("--insecure", is_flag=True, help="Do not verify TLS certificates.")
@click.option("--ca", type=_FILE, help="Authorities to trust, PEM.")
@click.option("--cert", type=_FILE, help="A client certificate with its key, PEM.")
@click.option("--proxy", help="The URL of a proxy.")
@click.option("--fault", metavar="NAME", help="Without a URL: the fault that the reference server shows.")
@click.option("--dry-run", is_flag=True, help="List what would be sent, and send nothing.")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep every exchange as HAR, and the findings to be replayed. They hold personal values.",
)
@click.option("--replay", type=_FILE, help="Try the requests of a saved findings.json again, and no others.")
@report_options
@option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severity that gives the exit code 1.",
)
@select_option
@ignore_option
@option(
    "--max-findings", type=click.IntRange(min=0), default=100, show_default=True, help="Report at most so many kinds."
)
@gate_options
@show_values_option
@color_option
def fuzz_command(**options: Any) -> int:
    """Find where the service at URL breaks the contract, as schema checks cannot: by comparing its answers.

    Without URL the built-in reference server is started and tried. Only GET requests of the documented operation are
    sent, and the probes that --dry-run lists. Exit codes are those of `check`; 2 also if the endpoint went away.
    """
    from ..fuzz.archive import ReplayError
    from ..fuzz.launch import MISTAKES
    from ..outputs.parts import OutputError

    with ExitStack() as stack:
        try:
            run = _prepare(options, stack)
            files = opened({**options, "report": ()} if options["dry_run"] else options, _read(options))
        except (ReplayError, OutputError, *MISTAKES) as error:
            raise click.UsageError(str(error)) from None
        stack.callback(files.discard)
        if options["dry_run"]:
            _list(run)
            return 0
        try:
            return _report(run, options, files)
        except OutputError as error:
            raise click.ClickException(str(error)) from None


class _Phase:
    """The phase that a run is in, as it tells."""

    def __init__(self) -> None:
        self.name = "starting"

    def __call__(self, name: str) -> None:
        self.name = name


@dataclass(frozen=True)
class _Run:
    """A run that is ready to go."""

    session: Session
    client: Client
    aim: Aim
    plan: Plan
    asked: Asked
    only: list[Probe] | None
    phase: _Phase
    options: dict[str, Any]


def _prepare(options: dict[str, Any], stack: ExitStack) -> _Run:
    from ..fuzz.archive import archive, read_findings
    from ..fuzz.launch import Aim, known_customers, open_client, plan_of
    from ..fuzz.session import Session
    from ..keep import Keep

    chosen = {field.name: options[field.name] for field in fields(Aim)}
    customers = known_customers(aim := Aim(**chosen))
    if options["url"] is None:
        url, served = _reference(options, stack)
        aim, customers = replace(aim, url=url), customers or served
    client = stack.enter_context(open_client(aim))
    settings, asked = gated(options)
    plan = plan_of(aim, settings, customers)
    save = stack.enter_context(archive(options["save"])) if options["save"] else None
    phase = _Phase()
    session = Session(client, plan, phase, save, Keep(statistics=has_figures(options)))
    only = read_findings(options["replay"]) if options["replay"] else None
    return _Run(session, client, aim, plan, asked, only, phase, options)


def _reference(options: dict[str, Any], stack: ExitStack) -> tuple[str, list[Customer]]:
    """The built-in server on a free port, and its customers."""
    from ...strategies.faults import FAULTS
    from ...strategies.people import make_population
    from ..config import nearest
    from ..server.background import running

    fault = options["fault"]
    if fault is not None and fault not in FAULTS:
        message = f"no fault is called {fault!r}{nearest(fault, tuple(FAULTS))}"
        raise click.UsageError(message)
    people = make_population(1, 20)
    url = stack.enter_context(running(people, fault=fault))
    return url, [dict(person.identifiers) for person in people]


@contextmanager
def _shown(run: _Run) -> Generator[None]:
    """Show phase, requests, findings and time left on standard error while the run goes on, on a terminal only."""
    if sys.stderr is None or not sys.stderr.isatty():  # pyright: ignore[reportUnnecessaryComparison] - 2>&-
        yield
        return
    from rich.live import Live
    from rich.text import Text

    def line() -> Text:
        found, left = run.session.found, run.client.budget.left
        kinds = len(found.report.found)
        return Text(f"{run.phase.name}: {found.requests} requests, {kinds} kinds of findings, {left:.0f} s left")

    out = console(run.options["color"], stderr=True)
    with Live(get_renderable=line, console=out, transient=True, redirect_stdout=False, redirect_stderr=False):
        yield


def _list(run: _Run) -> None:
    """What would be sent, one line a request."""
    for probe in run.session.planned():
        click.echo(f"{probe.method} {probe.target if run.options['show_values'] else probe.masked}  # {probe.what}")


def _report(run: _Run, options: dict[str, Any], files: Files) -> int:
    from ..ending import Ending
    from ..fuzz.archive import save_findings
    from ..fuzz.telling import Told

    began = time.monotonic()
    is_whole = False
    try:
        with _shown(run):
            run.session.run(run.only)
        is_whole = True
    finally:
        seconds = time.monotonic() - began
        found, ended = run.session.found, run.session.ended
        if not run.plan.customers:
            found.unchecked["what takes known customers"] = "none were given; see --customers and --learn"
        settings = run.plan.settings
        ending = run.asked.ending(found.report, settings) if is_whole else Ending(interrupted=True)
        result = Told(found, run.aim.url, run.plan.seed, seconds, settings, ended, run.plan.authenticated, ending)
        shown = {name: options[name] for name in ("max_findings", "coverage", "all_gaps")}
        reports(options, result.about(**shown), files).finish(result.report, ending)
        told(files)
        if options["save"]:
            save_findings(options["save"], found, run.plan.seed)
    return 0 if write_baseline(options, found.report, settings) and result.code == 1 else result.code


def _read(options: dict[str, Any]) -> list[Input]:
    """The files that a run reads."""
    from ..inputs import Input

    named = (options[name] for name in ("customers", "replay", "baseline", "ca", "cert"))
    return [Input.of(str(path)) for path in (*named, *options["learn"]) if path]
