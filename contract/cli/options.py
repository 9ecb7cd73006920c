"""Options and parameter types that several commands share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ..config import PREFIX
from ..settings import unknown_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console


class Codes(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - generic in the newest click only
    """Rule codes, or beginnings of codes, separated by commas or blanks."""

    name = "codes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Upper-case codes; fails for one that no rule's code begins with."""
        words = value.replace(",", " ").split() if isinstance(value, str) else value
        codes = tuple(word.strip().upper() for word in words)
        for code in unknown_codes(codes):
            self.fail(f"no rule code begins with {code!r}; `interpact rules` lists them", param, ctx)
        return codes


def option(*names: str, **settings: Any) -> Callable[[Any], Any]:
    """A click option with its environment variable, which `--help` shows."""
    variable = PREFIX + names[0].removeprefix("--").partition("/")[0].replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=True, **settings)


color_option = option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colours: on a terminal, always, or never. NO_COLOR is honoured.",
)


def console(color: str, *, stderr: bool = False) -> Console:
    """A console for people, as wide as the terminal; NO_COLOR (https://no-color.org) yields to `always` only."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            """Leave a closed pipe to the command line, which has an exit code for it."""
            raise BrokenPipeError

    plain = color == "never" or (color == "auto" and os.environ.get("NO_COLOR"))
    return Plain(
        stderr=stderr,
        color_system=None if plain else "auto",
        force_terminal=True if color == "always" else None,
        no_color=False if color == "always" else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
