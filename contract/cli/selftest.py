"""`interpact selftest`: how many of the catalogue's faults the fuzzer finds, and whether it cries wolf."""

from __future__ import annotations

from typing import Any

import click

from .options import color_option
from .reports import opened, report_options, reports, told


@click.command("selftest")
@click.option("--every", type=click.IntRange(1), default=1, show_default=True, help="Every n-th fault only.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="These faults only. Repeatable.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same requests.")
@click.option("--max-time", type=float, default=45.0, show_default=True, help="Seconds for each fault.")
@report_options
@color_option
def selftest_command(**options: Any) -> int:
    """Run the fuzzer over the faults of the reference server, one at a time, and over the clean server.

    Prints for each which rules found it, after how many requests. The whole catalogue takes about twenty minutes. The
    exit code is 1 if a fault was missed, or if anything was reported on the clean server.
    """
    from ...strategies.faults import FAULTS
    from ..config import nearest
    from ..outputs.parts import OutputError

    for name in options["faults"]:
        if name not in FAULTS:
            message = f"no fault is called {name!r}{nearest(name, tuple(FAULTS))}"
            raise click.UsageError(message)
    try:
        return _selftest(options)
    except OutputError as error:
        raise click.ClickException(str(error)) from None


def _selftest(options: dict[str, Any]) -> int:
    from ..ending import Ending, Gate
    from ..fuzz.selftest import sampled, scores
    from ..report import Report
    from ..reports.base import About
    from ..reports.verdict import SELFTEST

    seed = options["seed"]
    about = About(command=SELFTEST, rules=(), facts=(("seed", str(seed)),))
    files = opened(options)
    gates: list[Gate] = []
    is_whole = False
    try:
        reporter = reports(options, about, files)
        try:
            faults = options["faults"] or sampled(options["every"])
            for one in scores(faults, seed=seed, max_time=options["max_time"]):
                gates.append(one.gate)
                reporter.hear(one.gate)
            is_whole = True
        finally:
            reporter.finish(Report(), Ending(interrupted=not is_whole, gates=tuple(gates)))
            told(files)
    finally:
        files.discard()
    return 1 if not Ending(gates=tuple(gates)).is_good else 0
