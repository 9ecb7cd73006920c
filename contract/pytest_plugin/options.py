"""The plugin's options: each a flag `--interpact-x` and an ini key `interpact_x`, declared once in a table."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

import pytest


class Kind(Enum):
    """What sort of value an option has."""

    TEXT = "text"
    FLAG = "flag"
    WHOLE = "whole number"
    NUMBER = "number"
    CODES = "codes of rules"
    FILE = "file"
    PATHS = "paths"
    REPORTS = "reports"


_INI: Final[dict[Kind, Literal["string", "bool", "int", "float", "args"]]] = {
    Kind.TEXT: "string",
    Kind.FLAG: "bool",
    Kind.WHOLE: "int",
    Kind.NUMBER: "float",
    Kind.CODES: "args",
    Kind.FILE: "string",
    Kind.PATHS: "args",
    Kind.REPORTS: "args",
}
"""Pytest's words for them; `args` takes a list, or a text that is split as a shell does."""


class Option:
    """One option. `least` and `most` bound a number, `choices` a text.

    No dataclass: every test run of everybody makes this class, and a dataclass takes a millisecond.
    """

    def __init__(  # noqa: PLR0913 - the columns of the table below
        self,
        name: str,
        kind: Kind,
        help: str,  # noqa: A002 - argparse's word for it
        metavar: str = "",
        choices: tuple[str, ...] = (),
        *,
        least: float = float("-inf"),
        most: float = float("inf"),
    ) -> None:
        self.name = name
        self.kind = kind
        self.help = help
        self.metavar = metavar
        self.choices = choices
        self.least = least
        self.most = most

    @property
    def flag(self) -> str:
        """`--interpact-fail-on`."""
        return f"--interpact-{self.name}"

    @property
    def key(self) -> str:
        """`interpact_fail_on`: the key of the ini file, and the name under which pytest keeps the flag."""
        return f"interpact_{self.word}"

    @property
    def word(self) -> str:
        """`fail_on`."""
        return self.name.replace("-", "_")


_SEVERITIES: Final = ("error", "warning", "info")

_HERE: Final = (
    Option(
        "captures",
        Kind.PATHS,
        "Collect each exchange of these captures (files, folders, patterns) as a test. Repeatable.",
        "PATH",
    ),
    Option("record", Kind.FLAG, "Check what requests, httpx, urllib3 receive in every test, and what VCR.py plays."),
    Option("url", Kind.TEXT, "Test the live implementation there, as `interpact fuzz` does.", "URL"),
    Option("report", Kind.REPORTS, "Write a report of what all tests have found. Repeatable.", "FORMAT[=PATH]"),
    Option("fail-under", Kind.NUMBER, "Fail if less of the contract was covered.", "PERCENT", least=0, most=100),
    Option(
        "max-unchecked",
        Kind.NUMBER,
        "Fail if more of the exchanges could not be judged.",
        "PERCENT",
        least=0,
        most=100,
    ),
    Option("baseline", Kind.FILE, "Accepted findings by fingerprint, each with a last day.", "FILE"),
    Option("fail-on", Kind.TEXT, "The least severity that fails a test (default: error).", "SEVERITY", _SEVERITIES),
    Option("profile", Kind.TEXT, "What is promised (default: documented).", "PROFILE", ("documented", "strict")),
    Option("strict", Kind.FLAG, "Undeclared properties are errors."),
    Option("select", Kind.CODES, "Only these rules: codes or beginnings, IP2,IP401. Repeatable.", "CODES"),
    Option("ignore", Kind.CODES, "All rules but these; the longer code wins over select. Repeatable.", "CODES"),
    Option("hygiene", Kind.FLAG, "Recordings hold neither secrets nor personal data."),
    Option("max-age", Kind.NUMBER, "A recording is old whose Date lies further back.", "DAYS", least=0),
    Option("otp-masked", Kind.FLAG, "OTP masking is on: an unmasked code is an error."),
    Option("show-values", Kind.FLAG, "Show personal values as they are."),
)
LIVE: Final = (
    Option("customers", Kind.FILE, "With a URL: known customers, as JSON, NDJSON or CSV.", "FILE"),
    Option("learn", Kind.PATHS, "With a URL: learn customers from captures. Repeatable.", "PATH"),
    Option("auth", Kind.TEXT, "With a URL: credentials, env:NAME or file:PATH.", "SOURCE"),
    Option("seed", Kind.WHOLE, "With a URL: the same seed gives the same requests.", "N"),
    Option("examples", Kind.WHOLE, "With a URL: requests that Schemathesis makes up (default: 100).", "N", least=0),
    Option("max-requests", Kind.WHOLE, "With a URL: send at most this many requests.", "N", least=1),
    Option("max-time", Kind.NUMBER, "With a URL: seconds of asking, all in all (default: 45).", "SECONDS", least=0.001),
    Option("rate-limit", Kind.TEXT, "With a URL: requests in a time, such as 5/s.", "N/m"),
    Option("workers", Kind.WHOLE, "With a URL: requests under way at once (default: 2).", "N", least=1, most=32),
    Option("connect-timeout", Kind.NUMBER, "With a URL: seconds (default: 5).", "SECONDS", least=0.001),
    Option("read-timeout", Kind.NUMBER, "With a URL: seconds for a whole answer.", "SECONDS", least=0.001),
    Option("insecure", Kind.FLAG, "With a URL: do not verify TLS certificates."),
    Option("ca", Kind.FILE, "With a URL: authorities to trust, PEM.", "FILE"),
    Option("cert", Kind.FILE, "With a URL: a client certificate with its key, PEM.", "FILE"),
    Option("proxy", Kind.TEXT, "With a URL: the URL of a proxy.", "URL"),
)
"""What the command `interpact fuzz` has as well."""

OPTIONS: Final = (*_HERE, *LIVE)
"""Every option, in the order of `--help`."""

JUDGING: Final = frozenset(
    {"fail_on", "profile", "strict", "select", "ignore", "otp_masked", "show_values", "hygiene", "max_age"}
)
"""Options that `interpact check` has as well: there they may stand in `[tool.interpact]` and in the environment."""


def add_options(parser: pytest.Parser) -> None:
    """Declare every option, as a flag and as an ini key."""
    group = parser.getgroup("interpact", "interpact: does an API keep its documented promise?")
    for option in OPTIONS:
        parser.addini(option.key, option.help, type=_INI[option.kind], default=None)
        if option.kind is Kind.FLAG:
            group.addoption(option.flag, dest=option.key, action="store_const", const=True, help=option.help)
        else:
            several = option.kind in {Kind.CODES, Kind.PATHS, Kind.REPORTS}
            action = "append" if several else "store"
            group.addoption(option.flag, dest=option.key, action=action, metavar=option.metavar, help=option.help)


def is_asked(config: pytest.Config) -> bool:
    """Whether any of them was given; one that cannot be read counts, so that somebody complains about it."""
    return any(config.getoption(option.key) is not None or _is_set(config, option) for option in OPTIONS)


def is_said(told: object) -> bool:
    """Whether an ini key says something; a number says something even where it is zero."""
    return told is not None and told is not False and told not in ("", [])


def _is_set(config: pytest.Config, option: Option) -> bool:
    try:
        return is_said(config.getini(option.key))
    except (ValueError, TypeError, pytest.UsageError):
        return True
