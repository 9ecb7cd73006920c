"""`interpact serve`: the reference server, a mock for consumers and the fuzzer's own target."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

    from ..server.listening import Listener
    from ..server.store import Store


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The interface to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option(
    "--population",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The customers to serve: SQLite or NDJSON. A file that does not exist is made, as SQLite.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which population is made up.")
@click.option(
    "--customers", type=click.IntRange(min=0), default=50, show_default=True, help="How many customers are made up."
)
@click.option(
    "--write-customers",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write who can be asked for, for `--customers` of the fuzzer: .json, .csv, otherwise NDJSON.",
)
@click.option("--auth", metavar="USER:PASSWORD", help="Ask for Basic credentials; env:NAME reads them from there.")
@click.option("--rate-limit", metavar="N/m", help="Answer 429 beyond so many requests in a second, minute or hour.")
@click.option("--latency", metavar="SECONDS", help="Wait before each answer: 0.2, or a range such as 0.1-0.5.")
@click.option("--mask/--no-mask", default=True, help="Mask one-time passwords.")
@click.option("--fault", metavar="NAME", help="Show exactly one misbehaviour of the catalogue.")
@click.option("--list-faults", is_flag=True, help="List the catalogue of faults and exit.")
@click.option(
    "--access-log",
    default="-",
    show_default=True,
    metavar="FILE",
    help="Where to log requests, as JSON lines; - is standard error, and an empty name nowhere.",
)
def serve_command(**options: Any) -> int:
    """Serve made-up customers over HTTP, strictly by the contract, until interrupted.

    The first line on standard output tells the URL. Identifiers are placeholders in the access log, and credentials
    are not in it.
    """
    if options["list_faults"]:
        return _list_faults()
    return _serve(options)


def _list_faults() -> int:
    from ...strategies.faults import FAULTS

    for fault in FAULTS.values():
        rare = " (rare data)" if fault.rare else ""
        click.echo(f"{fault.name:36}{fault.family.value:20}{' '.join(fault.breaks):14}{fault.title}{rare}")
    return 0


def _serve(options: dict[str, Any]) -> int:
    from ..server.files import write_customers

    with contextlib.closing(_population(options)) as population, _log(options["access_log"]) as log:
        if options["write_customers"] is not None:
            write_customers(options["write_customers"], population)
        _listen(_listener(options, population, log))
    return 0


def _listener(options: dict[str, Any], population: Store, log: Any) -> Listener:
    from ...schemas.model import Options
    from ..server.app import application
    from ..server.listening import Listener
    from ..server.service import Service, UnknownFaultError

    try:
        service = Service(population, options=Options(_auth(options["auth"]), options["mask"]), fault=options["fault"])
    except UnknownFaultError as error:
        raise click.UsageError(str(error)) from None
    limit, latency = _pace(options)
    app = application(service, limit=limit, latency=latency, log=log)
    try:
        return Listener(app, host=options["host"], port=options["port"], started=_say)
    except OSError as error:
        where = f"{options['host']} port {options['port']}"
        message = f"cannot listen on {where}: {error.strerror}; --port 0 takes a free one"
        raise click.UsageError(message) from None


def _say(url: str) -> None:
    click.echo(f"listening on {url}")
    sys.stdout.flush()


def _listen(listener: Listener) -> None:
    """Answer until SIGINT or SIGTERM, then end in good order."""

    def stop(_: int, __: FrameType | None) -> None:
        listener.stop()

    old = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        listener.listen()
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _population(options: dict[str, Any]) -> Store:
    from ...schemas.population import PopulationError
    from ...strategies.people import customers
    from ..server.files import open_population
    from ..server.store import Store

    made = customers(options["seed"], options["customers"])
    path: Path | None = options["population"]
    if path is None:
        store = Store()
        store.add(made)
        return store
    try:
        return open_population(path, made)
    except (PopulationError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"--population {path}: {reason}"
        raise click.UsageError(message) from None


def _pace(options: dict[str, Any]) -> tuple[Any, Any]:
    from ..server.pace import Latency, PaceError, RateLimit, read_latency, read_rate

    try:
        limit = None if options["rate_limit"] is None else RateLimit(*read_rate(options["rate_limit"]))
    except PaceError as error:
        raise click.BadParameter(str(error), param_hint="--rate-limit") from None
    try:
        latency = None if options["latency"] is None else Latency(*read_latency(options["latency"]))
    except PaceError as error:
        raise click.BadParameter(str(error), param_hint="--latency") from None
    return limit, latency


def _auth(text: str | None) -> tuple[str, str] | None:
    """User and password; never in a message."""
    if text is None:
        return None
    told = text
    if text.startswith("env:"):
        told = os.environ.get(text.removeprefix("env:"), "")
    user, colon, password = told.partition(":")
    if not (user and colon):
        message = "expected user:password, or env:NAME with the name of a variable that holds it"
        raise click.BadParameter(message, param_hint="--auth")
    return user, password


@contextlib.contextmanager
def _log(name: str) -> Generator[Any]:
    from ..server.accesslog import AccessLog

    if name in {"", "-"}:
        yield AccessLog(sys.stderr) if name else None
        return
    try:
        stream = Path(name).open("a", encoding="utf-8")  # noqa: SIM115 - closed below
    except OSError as error:
        message = f"--access-log {name}: {error.strerror}"
        raise click.UsageError(message) from None
    with stream:
        yield AccessLog(stream)
