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

    from ..settings import Settings


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


profile_option = option(
    "--profile",
    type=click.Choice(["documented", "strict"]),
    default="documented",
    show_default=True,
    help="What is promised: by the pages, or by every clause of docs/reference-behaviour.md.",
)
select_option = option(
    "--select", type=Codes(), multiple=True, help="Only these rules: codes or beginnings, IP2,IP401. Repeatable."
)
ignore_option = option(
    "--ignore", type=Codes(), multiple=True, help="All rules but these; the longer code wins over --select."
)
show_values_option = option("--show-values/--no-show-values", default=False, help="Show personal values as they are.")
color_option = option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colours: on a terminal, always, or never. NO_COLOR is honoured.",
)


def settings_of(options: dict[str, Any]) -> Settings:
    """What the options of a command say about judging; those that the command does not have are left as they are."""
    from ...schemas.rules import Profile, Severity
    from ..settings import Settings

    return Settings(
        fail_on=Severity(options["fail_on"]),
        profile=Profile(options["profile"]),
        select=tuple(code for codes in options["select"] for code in codes),
        ignore=tuple(code for codes in options["ignore"] for code in codes),
        **{name: options[name] for name in ("strict", "show_values", "otp_masked") if name in options},
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
