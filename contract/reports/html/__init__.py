"""The report for people who want to look around: one page that needs no network and runs no script."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import IO, TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ....schemas.document import digest, load
from ...ending import COMPLETE, Ending
from ...explained import place_of
from ...runner import Checked
from .figures import heats_of, spreads_of
from .model import coverage_of, findings_of, reasons_of, shares_of, verdict_of
from .texts import breakable, plural, prose, visible
from .timing import charts_of

if TYPE_CHECKING:
    from ...ending import Gate
    from ...findings import Finding
    from ...report import Report
    from ...runner import Event
    from ..base import About

_POLICY: Final = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"
"""Nothing is loaded, run or sent (CSP Level 3); the one style sheet is known by its hash."""


class HtmlReport:
    """Writes one page; with `all_places` it also lists every finding, up to `max_findings`.

    There are figures on it where the run was asked to count them: `Keep(statistics=True)`.
    """

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._about = about
        self._places: list[Finding] = []

    def hear(self, event: Event | Gate) -> None:
        """Keep the places, if they were asked for."""
        if self._about.all_places and isinstance(event, Checked):
            self._places += event.outcome.findings[: self._about.max_findings - len(self._places)]

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the page."""
        self._out.write(self._page(report, ending).encode("utf-8", "replace"))

    def _page(self, report: Report, ending: Ending) -> str:
        style = files(__name__).joinpath("style.css").read_text(encoding="utf-8")
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        most, figures = self._about.max_findings, report.statistics
        return _environment().get_template("page.html.jinja").render(
            about=self._about,
            style=Markup(style),  # noqa: S704 - our own file
            policy=_POLICY.format(hashed),
            report=report,
            ending=ending,
            verdict=verdict_of(report, self._about, ending),
            shares=shares_of(report),
            findings=findings_of(report, most),
            places=self._places,
            reasons=reasons_of(report),
            problems=report.problems[:most],
            coverage=coverage_of(report.coverage, every_gap=self._about.all_gaps),
            figures=figures,
            heats=[] if figures is None else heats_of(figures),
            spreads=[] if figures is None else spreads_of(figures, report),
            charts=[] if figures is None else charts_of(figures),
            contract=load("openapi")["info"],
            digest=digest(),
            version=version("interpact"),
            made=datetime.now(UTC),
        )  # fmt: skip


@cache
def _environment() -> Environment:
    """The templates; whatever they print is made visible first, and then escaped."""
    environment: Any = Environment(
        loader=PackageLoader(__name__, ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "plural": plural,
        "number": "{:,}".format,
        "place": place_of,
        "prose": prose,
        "breakable": breakable,
    }
    return environment
