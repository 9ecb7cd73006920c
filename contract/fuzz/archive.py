"""What a run keeps on disk: every exchange as HAR, which `interpact check` reads, and the findings, to be replayed."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import harfile
import msgspec
import orjson

from ...schemas.document import digest
from ...strategies.probes import Probe
from ..hygiene import CONTRACT
from ..readers.har import ON_PURPOSE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from pathlib import Path

    from .discoveries import Discoveries
    from .heard import Heard

HAR_NAME = "exchanges.har"
FINDINGS_NAME = "findings.json"


class ReplayError(Exception):
    """A file that cannot be replayed; the message says which and why."""


@contextmanager
def archive(folder: Path) -> Generator[Callable[[Heard, bool], None]]:
    """Keep what is heard in `folder`; the function that takes it down, and whether it was asked for on purpose.

    The file holds personal values as they came over the wire, but no credentials.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with harfile.HarFile.open(folder / HAR_NAME) as har:
        yield lambda heard, on_purpose: _add(har, heard, ON_PURPOSE if on_purpose else None)


def save_findings(folder: Path, found: Discoveries, seed: int) -> None:
    """Write the smallest request of each group of findings, for `read_findings`."""
    values = [
        {"fingerprint": one.finding.fingerprint, "rule": one.finding.code, "probe": msgspec.to_builtins(one.probe)}
        for one in found.witnesses.values()
    ]
    document = {"version": 1, "seed": seed, "findings": values}
    (folder / FINDINGS_NAME).write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def read_findings(path: Path) -> list[Probe]:
    """The probes of a file that `save_findings` wrote. Raises `ReplayError`."""
    try:
        document = orjson.loads(path.read_bytes())
        return [msgspec.convert(one["probe"], Probe) for one in document["findings"]]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, msgspec.ValidationError) as error:
        message = f"{path}: not a file of findings that `interpact fuzz --save` wrote ({type(error).__name__})"
        raise ReplayError(message) from None


def _add(har: harfile.HarFile, heard: Heard, comment: str | None) -> None:
    request, response = heard.exchange.request, heard.exchange.response
    if request is None:
        return
    milliseconds = heard.elapsed * 1000
    har.add_entry(
        startedDateTime=heard.started.astimezone(UTC) if heard.started else datetime.now(UTC),
        time=milliseconds,
        request=harfile.Request(
            method=request.method, url=request.url, httpVersion="HTTP/1.1", headers=_records(request.headers)
        ),
        response=harfile.Response(
            status=0 if response is None else response.status or 0,
            statusText="",
            httpVersion="HTTP/1.1",
            content=_content(None if response is None else response.body),
            headers=[] if response is None else _records((*response.headers, (CONTRACT, digest()))),
            bodySize=-1,
        ),
        timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
        comment=comment,
    )


def _records(headers: Iterable[tuple[str, str]]) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in headers]


def _content(body: bytes | None) -> harfile.Content:
    if not body:
        return harfile.Content(size=0 if body is not None else -1, mimeType="application/json")
    try:
        found: dict[str, Any] = {"text": body.decode()}
    except UnicodeDecodeError:
        found = {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    return harfile.Content(size=len(body), mimeType="application/json", **found)
