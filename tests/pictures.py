"""A capture that looks like a month of a service, and the pictures of its report: python -m tests.pictures docs/images

Needs Chromium (tests/browser.py).
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interpact.contract.ending import Ending, Gate
from interpact.contract.keep import Keep
from interpact.contract.reports.base import About
from interpact.contract.reports.html import HtmlReport
from interpact.contract.runner import Run
from interpact.contract.settings import Settings

from .browser import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://crm.example/v2/customers/interaction?identifierName=email&identifierValue=customer%40example.com"
FIRST = datetime(2026, 4, 1, 7, tzinfo=UTC)
DAYS = 58
INCIDENT = range(37, 43)
"""Days on which a release went wrong."""
CHANNELS = {"email": 6.0, "sms": 4.0, "whatsapp": 3.0, "emailbulk": 2.0, "viber": 1.0, "zalo": 1.0, "line": 0.4}
STATUSES = {"DELIVERED": 12.0, "OPENED": 5.0, "CLICKED": 2.0, "READ": 2.0, "SENT": 2.0, "NOT_DELIVERED": 1.0,
            "SOFT_BOUNCED": 0.7, "FAILED": 0.4, "DND_BLOCKED": 0.3, "HARD_BOUNCED": 0.3}  # fmt: skip
WITHOUT_TIME = {"SENT", "NOT_DELIVERED", "SOFT_BOUNCED", "FAILED", "DND_BLOCKED", "HARD_BOUNCED"}


VIEWS: dict[str, dict[str, Any]] = {
    "light": {"width": 900, "height": 1000},
    "dark": {"width": 900, "height": 1000, "scheme": "dark", "at": "#heat-1"},
    "figures": {"width": 900, "height": 1000, "at": "#figures"},
    "phone": {"width": 360, "height": 800},
}
"""The pictures: how large the window is, its colours, and from which element on it shows the page."""


def capture(seed: int = 1) -> Iterator[bytes]:
    """Exchanges as lines of NDJSON; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    for day in range(DAYS):
        weekend = (FIRST + timedelta(days=day)).weekday() > 4
        for _ in range(chance.randint(3, 6) if weekend else chance.randint(9, 16)):
            when = FIRST + timedelta(days=day, seconds=chance.randrange(50_000))
            response = _response(chance, when, broken=day in INCIDENT and chance.random() < 0.4)
            yield json.dumps({"request": {"method": "GET", "url": URL}, "response": response}).encode()


def _response(chance: random.Random, when: datetime, *, broken: bool) -> dict[str, Any]:
    headers = {"Date": format_datetime(when, usegmt=True), "Content-Type": "application/json; charset=utf-8"}
    lot = chance.random()
    if lot < 0.02:
        return {"status": 503, "headers": headers | {"Content-Type": "text/html"}, "body": "<h1>Busy</h1>"}
    if lot < 0.07:
        refusal = {"errors": [{"status": False, "code": 1012, "message": "Customer not found"}], "warnings": []}
        return {"status": 404, "headers": headers, "body": json.dumps(refusal)}
    names = dict.fromkeys(chance.choices(list(CHANNELS), list(CHANNELS.values()), k=chance.randint(1, 3)))
    entries = [_entry(chance, name, when) for name in names]
    if chance.random() < 0.1:
        entries.append({"name": "missed_call", "count": 1, "usedStatus": True})
    if broken:
        _break(chance, entries[0])
    return {"status": 200, "headers": headers, "body": json.dumps({"name": "capillary", "interaction": entries})}


def _entry(chance: random.Random, name: str, when: datetime) -> dict[str, Any]:
    messages = [_message(chance, name, when) for _ in range(chance.randint(1, 6))]
    return {"name": name, "count": len(messages), "messageList": messages}


def _message(chance: random.Random, channel: str, when: datetime) -> dict[str, Any]:
    (status,) = chance.choices(list(STATUSES), list(STATUSES.values()))
    sent = when - timedelta(days=chance.randrange(1, 40), seconds=chance.randrange(86_400))
    delay = timedelta(seconds=int(chance.lognormvariate(7.5 if channel == "emailbulk" else 2.5, 1.6)))
    delivered = {"deliveredTime": min(sent + delay, when).strftime("%Y-%m-%dT%H:%M:%SZ")}
    receiver = f"c{chance.randrange(10**6)}@example.com" if "email" in channel else f"4915{chance.randrange(10**8):08}"
    return {
        "id": chance.randrange(10**12, 2 * 10**12),
        "receiver": receiver,
        "subject": "" if channel == "sms" and chance.random() < 0.1 else "Your order is on its way",
        "campaignId": chance.randrange(1, 10**4),
        "status": status,
        "sentDate": sent.strftime("%d-%m-%Y %H:%M:%S"),
        "userId": chance.randrange(1, 10**7),
        **({} if status in WITHOUT_TIME else delivered),
    }


def _break(chance: random.Random, entry: dict[str, Any]) -> None:
    message = chance.choice(entry["messageList"])
    kind = chance.choice(["count", "status", "time", "date", "word"])
    if kind == "count":
        entry["count"] -= 1
    elif kind == "status":
        message["status"] = "delivered"
    elif kind == "time":
        message |= {"status": "DELIVERED", "deliveredTime": message["sentDate"]}
    elif kind == "date":
        message["sentDate"] = "31-02-2026 10:00:00"
    else:
        message["status"] = "HELD_BACK"


def page(path: Path) -> bytes:
    """The report on a capture."""
    out = io.BytesIO()
    reporter = HtmlReport(out, About())
    run = Run([str(path)], Settings(key=b"pictures", now=FIRST + timedelta(days=DAYS)), keep=Keep(statistics=True))
    for event in run:
        reporter.hear(event)
    gate = Gate(name="fail-under", kept=True, message=f"{run.report.coverage.percent}% was covered, 20% is asked for.")
    reporter.finish(run.report, Ending(gates=(gate,)))
    return out.getvalue()


def main(folder: Path) -> None:
    """Take the pictures."""
    with tempfile.TemporaryDirectory() as work, Browser() as browser:
        recorded, shown = Path(work, "service.ndjson"), Path(work, "report.html")
        recorded.write_bytes(b"\n".join(capture()) + b"\n")
        with contextlib.chdir(work):
            shown.write_bytes(page(Path(recorded.name)))
        for name, options in VIEWS.items():
            (folder / f"html-{name}.png").write_bytes(browser.picture(shown, **options))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
