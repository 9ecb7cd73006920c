"""`interpact config show`: each value that `interpact check` would use, and where it comes from."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import click
from click.core import ParameterSource

from .check import check_command
from .options import color_option, console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config import Found

_ANY: Final = "-"
"""Stands for the captures, without which the command is none: standard input, which is not read."""


@click.group("config")
def config_command() -> None:
    """Tell how interpact is configured."""


@config_command.command(
    "show", context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, add_help_option=True
)
@click.option("--format", "format", type=click.Choice(["text", "json"]), default="text", help="For people, or JSON.")
@color_option
@click.argument("flags", nargs=-1, type=click.UNPROCESSED, metavar="[FLAGS OF CHECK]...")
def show_command(format: str, color: str, flags: tuple[str, ...]) -> None:  # noqa: A002 - the name of the option
    """Show each setting of `interpact check`: its value, where it comes from, and what it shadows.

    A flag wins over the environment (INTERPACT_FAIL_ON), that over the nearest interpact.toml, or pyproject.toml with
    [tool.interpact], and that over the default. Flags of check may be given, to see what they change; --format and
    --color are those of this command. Credentials are no part of the configuration.
    """
    from pathlib import Path

    from ..config import environment, find_config

    found = find_config(Path.cwd())
    values = list(_values(flags, found, environment()))
    if format == "json":
        files = {
            "read": None if found.path is None else str(found.path),
            "shadowed": [str(one) for one in found.others],
        }
        sys.stdout.write(json.dumps({"files": files, "settings": values}, indent=2) + "\n")
        return
    out = console(color)
    for value in values:
        shadows = f", which shadows {' and '.join(value['shadows'])}" if value["shadows"] else ""
        origin = f"{value['source']}{shadows}"
        out.print(f"{value['key']} = {_shown(value['value'])}  # {origin}", soft_wrap=True)
    for path in found.others:
        out.print(f"# not read: {path}, since {found.path} is nearer", soft_wrap=True)


def _values(flags: tuple[str, ...], found: Found, variables: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Each setting with its value, its source, and the sources that would have a say without that one."""
    from ..config import FILE_ONLY, KEYS, PREFIX

    given = found.given
    context = check_command.make_context("check", [*flags, _ANY], default_map=given)
    for key in KEYS:
        name = key.replace("-", "_")
        variable = PREFIX + name.upper()
        says = {
            ParameterSource.COMMANDLINE: f"flag --{key}",
            ParameterSource.ENVIRONMENT: f"environment variable {variable}",
            ParameterSource.DEFAULT_MAP: found.where,
            ParameterSource.DEFAULT: "default",
        }
        source = context.get_parameter_source(name) or ParameterSource.DEFAULT
        others = [
            *([ParameterSource.ENVIRONMENT] if variables.get(variable) and key not in FILE_ONLY else []),
            *([ParameterSource.DEFAULT_MAP] if name in given else []),
        ]
        value = context.params[name]
        yield {
            "key": key,
            "value": found.table.get(key, {}) if key in FILE_ONLY else _plain(value),
            "source": says[source],
            "shadows": [says[one] for one in others if _rank(one) > _rank(source)],
        }


def _rank(source: ParameterSource) -> int:
    """The place in the order in which sources win."""
    order = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)
    return order.index(source) if source in order else len(order)


def _plain(value: Any) -> Any:
    """A value as JSON has it; codes that were given several times are one list."""
    if isinstance(value, tuple):
        return [code for codes in cast("tuple[tuple[str, ...], ...]", value) for code in codes]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _shown(value: Any) -> str:
    return "(not set)" if value is None else json.dumps(value)
