"""`interpact formats`: what can be read, how it is recognised, and what it needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from .options import color_option, console, option

if TYPE_CHECKING:
    from ..readers.base import Reader

_AROUND: Final = (
    ("compressed", "gzip, zstd, bzip2, xz, zlib", "Their magic bytes, also twice.", ("zstandard",), None),
    ("zip", "zip archives, also zip64", "The magic bytes PK; each member is an input.", (), None),
    ("tar", "tar archives, also compressed", "A header with the right checksum; each member is an input.", (), None),
    ("url", "s3://, gs://, https:// and whatever else fsspec knows", "A word with ://", ("fsspec",), "remote"),
    ("brotli", "bodies under Content-Encoding: br", "The header field.", ("brotli",), None),
)
"""What is around a format: name, title, how it is recognised, the packages it needs, and the extra that has them."""


@click.command("formats")
@option(
    "--format",
    "format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A list for people, or JSON.",
)
@color_option
def formats_command(format: str, color: str) -> None:  # noqa: A002 - the name of the option
    """List what can be read: captures, what they may be packed in, and readers of other packages."""
    from ..readers.installed import readers

    usable, broken = readers()
    values = [*map(_of_reader, usable), *(_value(*one) for one in _AROUND)]
    values += [_broken(one.name, one.package, one.why) for one in broken]
    if format == "json":
        click.echo(json.dumps(values, indent=2))
        return
    out = console(color)
    for value in values:
        note = "" if value["usable"] else f" [{value['why']}]"
        out.print(f"{value['name']:13} {value['title']}{note}", soft_wrap=True)


def _of_reader(reader: Reader) -> dict[str, Any]:
    requires: tuple[str, ...] = getattr(reader, "requires", ())
    how = " ".join((reader.recognises.__doc__ or "").split())
    found = _value(reader.name, reader.title, how, requires, None)
    return found | {"kind": "format", "package": getattr(reader, "package", "interpact")}


def _value(name: str, title: str, how: str, requires: tuple[str, ...], extra: str | None) -> dict[str, Any]:
    missing = [package for package in requires if not _is_installed(package)]
    hint = f"pip install 'interpact[{extra}]'" if extra else f"pip install {' '.join(missing)}"
    return {
        "name": name,
        "title": title,
        "kind": "around",
        "recognised_by": how,
        "package": "interpact",
        "requires": list(requires),
        "extra": extra,
        "usable": not missing,
        "why": f"not installed: {hint}" if missing else None,
    }


def _broken(name: str, package: str, why: str) -> dict[str, Any]:
    found = _value(name, f"a reader of {package}", "", (), None)
    return found | {"kind": "format", "package": package, "usable": False, "why": f"cannot be used: {why}"}


def _is_installed(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None
