"""`interpact selftest`: how many of the catalogue's faults the fuzzer finds, and whether it cries wolf."""

from __future__ import annotations

import click


@click.command("selftest")
@click.option("--every", type=click.IntRange(1), default=1, show_default=True, help="Every n-th fault only.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="These faults only. Repeatable.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same requests.")
@click.option("--max-time", type=float, default=45.0, show_default=True, help="Seconds for each fault.")
def selftest_command(every: int, faults: tuple[str, ...], seed: int, max_time: float) -> int:
    """Run the fuzzer over the faults of the reference server, one at a time, and over the clean server.

    Prints for each which rules found it, after how many requests. The whole catalogue takes about twenty minutes. The
    exit code is 1 if a fault was missed, or if anything was reported on the clean server.
    """
    from ...strategies.faults import FAULTS
    from ..config import nearest
    from ..fuzz.selftest import sampled, scores

    for name in faults:
        if name not in FAULTS:
            message = f"no fault is called {name!r}{nearest(name, tuple(FAULTS))}"
            raise click.UsageError(message)
    total = 0
    wrong: list[str] = []
    for one in scores(faults or sampled(every), seed=seed, max_time=max_time):
        name = one.fault or "(clean)"
        total += 1
        if not one.right:
            wrong.append(name)
        verdict = ("nothing reported" if one.fault is None else "missed") if not one.rules else ", ".join(one.rules)
        mark = "ok  " if one.right else "BAD "
        click.echo(f"{mark}{name:36}{one.requests:6} requests {one.seconds:5.1f} s  {verdict}")
    click.echo(f"{total - len(wrong)} of {total} as it should be" + (f"; not so: {', '.join(wrong)}" if wrong else ""))
    return 1 if wrong else 0
