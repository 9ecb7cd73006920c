"""Options and parameter types that several commands share."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

import click

from ..config import PREFIX
from ..settings import unknown_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from ..limits import Wish
    from ..settings import Settings


_SIZE: Final = re.compile(r"([0-9]{1,15})\s*([kmgKMG]i?[bB])?")
_UNITS: Final = {"": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "kb": 10**3, "mb": 10**6, "gb": 10**9}


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


class Size(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - generic in the newest click only
    """A number of bytes: `4096`, `64KiB`, `256MiB`, `1GiB`."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of bytes; fails for anything else, and for 0."""
        found = _SIZE.fullmatch(str(value).strip())
        size = 0 if found is None else int(found[1]) * _UNITS[(found[2] or "").lower()]
        if size < 1:
            self.fail(f"{value!r} is no size: 4096, 64KiB, 256MiB, 1GiB", param, ctx)
        return size


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
        tolerances=tuple(options.get("tolerance", ())),
        **{
            name: options[name]
            for name in ("strict", "show_values", "otp_masked", "max_depth", "hygiene", "max_age")
            if name in options
        },
    )


def wish_of(options: dict[str, Any]) -> Wish:
    """What the options of a command say about reading."""
    from ..limits import Limits, Wish

    names = ("max_body", "max_expansion", "free_expansion", "max_depth")
    return Wish(limits=Limits(**{name: options[name] for name in names}), body_column=options["body_column"])


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
