"""Make docs/rules.md and docs/cli.md: `python -m interpact.contract.cli.reference [--check]`, from the checkout."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ...schemas.rules import ABSENT, RULES, Kind, Rule
from .main import interpact

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS: Final = Path("docs")
_MADE: Final = "<!-- made by `python -m interpact.contract.cli.reference`; do not edit -->\n\n"


def rules_page() -> str:
    """The page of the rules.

    >>> "## IP201 count-below-list" in rules_page()
    True
    """
    lines = ["# The rules", "", *_overview(), ""]
    for rule in RULES.values():
        lines += _entry(rule)
    return _MADE + "\n".join(lines)


def cli_page() -> str:
    """The page of the commands: what `--help` says, 90 columns wide.

    >>> "## interpact check" in cli_page()
    True
    """
    parts = ["# The commands", ""]
    for name, command in _commands(interpact, "interpact"):
        with click.Context(command, info_name=name, terminal_width=90, max_content_width=90) as context:
            parts += [f"## {name}", "", "```text", command.get_help(context), "```", ""]
    return _MADE + "\n".join(parts)


def _overview() -> list[str]:
    return [
        f"There are {len(RULES)} rules, and interpact emits no other code. The first digit tells the kind: "
        + ", ".join(f"{place} {kind.value}" for place, kind in enumerate(Kind, 1))
        + " (rules about requests are 15x and 16x)."
        + " Sections of facts.md are the vendor's pages, as far as they are known.",
        "",
        "| rule | severity | promise |",
        "| --- | --- | --- |",
        *(f"| [{one.code}]({_anchor(one)}) | {one.severity.value} | {one.title} |" for one in RULES.values()),
    ]


def _anchor(rule: Rule) -> str:
    return f"#{rule.code.lower()}-{rule.slug}"


def _entry(rule: Rule) -> list[str]:
    return [
        f"## {rule.code} {rule.slug}",
        "",
        f"{rule.title}. ({rule.stakes}; {rule.kind.value}; {rule.source})",
        "",
        f"- Expected: {rule.expected}",
        f"- Why: {rule.why}",
        f"- Fix: {rule.fix}",
        f"- Example{_example(rule)}",
        "",
    ]


def _example(rule: Rule) -> str:
    example = rule.example
    if rule.across:
        return f": {example.breaks} breaks it; {example.keeps} keeps it."
    place = "the text of the body" if example.text else f"`{rule.part.value}` `{example.at or '(whole)'}`"
    given = "".join(f" Given `{where}` = {_value(value)}." for where, value in example.given.items())
    return f", at {place}: {_value(example.breaks)} breaks it, {_value(example.keeps)} keeps it.{given}"


def _value(value: Any) -> str:
    if value is ABSENT:
        return "its absence"
    text = json.dumps(value)
    return f"`{text if len(text) <= 160 else text[:160] + '...'}`"  # noqa: PLR2004 - a line


def _commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, group
    for word, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` compare them; 1 where one is out of date."""
    stale = 0
    for name, page in (("rules.md", rules_page()), ("cli.md", cli_page())):
        target = DOCS / name
        if target.exists() and target.read_text(encoding="utf-8") == page:
            continue
        stale = 1
        if "--check" not in arguments:
            target.write_text(page, encoding="utf-8")
        sys.stderr.write(f"{target}: {'out of date' if '--check' in arguments else 'written'}\n")
    return stale if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
