"""The command `interpact`: its group, its exit codes, and what happens when something goes wrong."""

from __future__ import annotations

import io
import os
import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from ..config import ConfigError, environment, load_config
from .check import check_command
from .config import config_command
from .formats import formats_command
from .fuzz import fuzz_command
from .rules import LISTS, explain_command, rules_command
from .schema import schema_command
from .selftest import selftest_command
from .serve import serve_command

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
    if context.invoked_subcommand == "schema" or {"-h", "--help"} & set(context.args):
        return
    try:
        given = load_config(Path.cwd(), environment())
    except ConfigError as error:
        message = f"configuration: {error}"
        raise click.ClickException(message) from None
    shown = {name: given[name] for name in ("color",) if name in given}
    listed = {name: value for name, value in given.items() if name != "format" or value in LISTS}
    runs = dict.fromkeys(("check", "fuzz", "selftest"), given)
    context.default_map = {**runs, "rules": listed, "explain": given, "formats": shown}


_COMMANDS: Final = (
    check_command,
    fuzz_command,
    serve_command,
    selftest_command,
    rules_command,
    explain_command,
    formats_command,
    schema_command,
    config_command,
)
for _command in _COMMANDS:
    interpact.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code.

    >>> run(["explain", "IP999"])
    2
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = interpact.main(arguments, prog_name="interpact", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted\n")
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            _complain(f"the report cannot be written: {error.strerror}\n")
            return USAGE
        _drop_output()
        return CLOSED
    except Exception as error:  # noqa: BLE001 - the last resort: tell where, and never a value
        _complain(internal_error(error))
        return INTERNAL
    return code if isinstance(code, int) else KEPT


def _complain(text: str) -> None:
    """Say something on standard error, if there is one."""
    if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison] - closed by the shell (2>&-)
        sys.stderr.write(text)


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
