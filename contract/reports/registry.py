"""The forms of report: what each is called, where it is made, and the name of its file; loaded when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import IO, TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from .base import About, Reporter


class UnknownFormError(Exception):
    """A word that names no form of report; the message says which ones there are."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form of report: its name, which is that of its module, and its class there."""

    name: str
    reporter: str
    file: str | None
    """The file that it is written to where no other is named; `None` for one that goes to standard output."""
    suffixes: tuple[str, ...] = ()
    """What names of files end in that are of this form."""
    has_figures: bool = False
    """Whether it shows the figures that a run counts if it is asked to (`statistics.py`)."""

    def load(self) -> Callable[[IO[bytes], About], Reporter]:
        """What makes a report of this form."""
        return getattr(import_module(f".{self.name}", __package__), self.reporter)


FORMS: Final = {
    form.name: form
    for form in (
        Form(name="text", reporter="TextReport", file="interpact.txt", suffixes=(".txt",)),
        Form(name="json", reporter="JsonReport", file="interpact.json", suffixes=(".json",)),
        Form(name="ndjson", reporter="NdjsonReport", file="interpact.ndjson", suffixes=(".ndjson", ".jsonl")),
        Form(name="junit", reporter="JunitReport", file="interpact-junit.xml", suffixes=(".xml",)),
        Form(name="sarif", reporter="SarifReport", file="interpact.sarif", suffixes=(".sarif", ".sarif.json")),
        Form(name="github", reporter="GithubReport", file=None),
        Form(name="markdown", reporter="MarkdownReport", file="interpact.md", suffixes=(".md",)),
        Form(name="html", reporter="HtmlReport", file="interpact.html", suffixes=(".html", ".htm"), has_figures=True),
    )
}


class Target(msgspec.Struct, frozen=True):
    """A report that is to be written, and to which file; `None` stands for standard output."""

    form: Form
    path: str | None


def target(word: str) -> Target:
    """What `FORMAT`, `FORMAT=PATH`, or a path whose form is known by its suffix asks for.

    Raises `UnknownFormError`.

    >>> target("sarif").path, target("junit=out/a.xml").form.name, target("out/a.sarif.json").form.name
    ('interpact.sarif', 'junit', 'sarif')
    """
    name, equals, path = word.partition("=")
    if name in FORMS and not (equals and not path):
        return Target(FORMS[name], path or FORMS[name].file)
    known = [(len(suffix), form) for form in FORMS.values() for suffix in form.suffixes if word.endswith(suffix)]
    if name in FORMS or not known or "=" in word:
        message = f"{word!r} names no report: FORMAT or FORMAT=PATH, where FORMAT is {', '.join(FORMS)}"
        raise UnknownFormError(message)
    return Target(max(known, key=lambda one: one[0])[1], word)
