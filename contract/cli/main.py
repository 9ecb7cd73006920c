"""The command `interpact`: its group, its exit codes, and what happens when something goes wrong."""

from __future__ import annotations

import os
import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from ..config import ConfigError, environment, load_config
from .check import check_command
from .rules import explain_command, rules_command
from .schema import schema_command

KEPT, FOUND, USAGE, INTERNAL, INTERRUPTED, CLOSED = 0, 1, 2, 3, 130, 141
"""Exit codes: kept; findings; usage, unreadable or nothing checked; internal error; Ctrl-C; the reader went away."""

_EPILOG: Final = (
    "Exit codes: 0 the contract is kept; 1 findings at or above --fail-on; 2 a usage error, an input that could not"
    " be read, or nothing was checked; 3 an internal error; 130 interrupted."
)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="interpact", message="interpact %(version)s")
@click.pass_context
def interpact(context: click.Context) -> None:
    """Prove that an API keeps its documented promise."""
    try:
        given = load_config(Path.cwd(), environment())
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
    context.default_map = {"check": given, "rules": given, "explain": given}


for _command in (check_command, rules_command, explain_command, schema_command):
    interpact.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code.

    >>> run(["explain", "IP999"])
    2
    """
    try:
        code = interpact.main(arguments, prog_name="interpact", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return CLOSED
    except Exception as error:  # noqa: BLE001 - the last resort: tell where, and never a value
        sys.stderr.write(internal_error(error))
        return INTERNAL
    return code if isinstance(code, int) else KEPT


def internal_error(error: BaseException) -> str:
    """Where an internal error happened. Its message may quote what was read, so it is not shown."""
    frames = traceback.extract_tb(error.__traceback__)
    places = "".join(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}\n" for frame in frames[-8:])
    return (
        f"interpact {version('interpact')}: internal error: {type(error).__name__}\n{places}"
        "This is a defect of interpact; please report the lines above. They hold nothing of your data.\n"
    )


def _drop_output() -> None:
    """Let the interpreter's last flush go nowhere: the reader of standard output has gone (`| head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
