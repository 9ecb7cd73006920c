"""`interpact rules` and `interpact explain`: what is promised, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from ..config import nearest
from .options import color_option, console, option

if TYPE_CHECKING:
    from ...schemas.rules import Rule


LISTS: Final = ("text", "json", "ndjson")
"""The forms of the list; a configured format of reports that is none of them does not matter here."""


@click.command("rules")
@option(
    "--format",
    "format",
    type=click.Choice(LISTS),
    default="text",
    show_default=True,
    help="A list for people, or JSON.",
)
@color_option
def rules_command(format: str, color: str) -> None:  # noqa: A002 - the name of the option
    """List every rule: code, severity, name and what it promises."""
    from ...schemas.rules import RULES

    if format == "text":
        out = console(color)
        for rule in RULES.values():
            out.print(f"{rule.code}  {rule.severity.value:8}{rule.slug:31}{rule.title}", soft_wrap=True)
        return
    values = [_value(rule) for rule in RULES.values()]
    lines = [json.dumps(values, indent=2)] if format == "json" else map(json.dumps, values)
    for line in lines:
        click.echo(line)


@click.command("explain")
@click.argument("code")
@color_option
def explain_command(code: str, color: str) -> None:
    """Explain one rule: what it promises, why, on what it rests, examples, and how to silence it.

    CODE is a rule's code (IP201) or name (count-below-list).
    """
    from ...schemas.rules import RULES, find_rule

    try:
        rule = find_rule(code)
    except KeyError:
        known = (*RULES, *(rule.slug for rule in RULES.values()))
        hint = nearest(code, known) if nearest(code, known).startswith("; did") else "; `interpact rules` lists them"
        message = f"no rule is called {code!r}{hint}"
        raise click.UsageError(message) from None
    out = console(color)
    for line in _explanation(rule):
        out.print(line, soft_wrap=out.width > 60)  # noqa: PLR2004 - wrap words on a phone's terminal


def _explanation(rule: Rule) -> list[str]:
    command = "fuzz" if rule.is_relation else "check"
    return [
        f"{rule.code} {rule.slug}: {rule.title}.",
        "",
        f"Severity  {rule.stakes}; kind: {rule.kind.value}",
        f"Expected  {rule.expected}",
        f"Why       {rule.why}",
        f"Fix       {rule.fix}",
        f"Source    {rule.source}",
        "",
        *_example(rule),
        "",
        f"Silence   interpact {command} --ignore {rule.code} ..., or in pyproject.toml:",
        "",
        "[tool.interpact]",
        f'ignore = ["{rule.code}"]',
    ]


def _example(rule: Rule) -> list[str]:
    example = rule.example
    if rule.across:
        return [f"Breaks it {example.breaks}", f"Keeps it  {example.keeps}"]
    place = "the text of the body" if example.text else f"{rule.part.value} {example.at or '(whole)'}"
    found = [] if example.found is None else [f"Reported  at {example.found or '(whole)'}"]
    given = [f"Given     {where}: {_json(value)}" for where, value in example.given.items()]
    return [
        *given,
        f"At        {place}",
        f"Breaks it {_json(example.breaks, text=example.text)}",
        f"Keeps it  {_json(example.keeps, text=example.text)}",
        *found,
    ]


def _json(value: Any, *, text: bool = False) -> str:
    from ...schemas.rules import ABSENT

    if value is ABSENT:
        return "(absent)"
    if text:
        return _cut(value.encode("utf-8", "backslashreplace").decode()) or "(empty)"
    return _cut(json.dumps(value))


def _cut(text: str, most: int = 400) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _value(rule: Rule) -> dict[str, str]:
    names = ("code", "slug", "severity", "kind", "part", "title", "expected", "why", "fix", "source")
    return {name: str(getattr(rule, name)) for name in names}
