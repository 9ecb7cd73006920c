"""What reading HAR and YAML cassettes costs, as a multiple of the fastest parser: `python benchmarks/documents.py`.

The parsers are `orjson.loads` and `yaml.load` with libyaml's loader, over the whole file. Each round times the parser,
then the reader, which yields exchanges, and then the whole check, which parses the bodies too, in seconds of the
processor; the medians of the rounds' ratios are printed with their range.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import corpus
import orjson
import yaml
from measure import MEGABYTE, processor_seconds, tell

from interpact.contract.exchange import Place
from interpact.contract.limits import Context
from interpact.contract.readers.har import HAR
from interpact.contract.readers.vcr import VCR
from interpact.contract.runner import run
from interpact.contract.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED = {
    "Accept": "application/json", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive",
    "Host": "crm.example", "User-Agent": "python-requests/2.32.5", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "none",
}  # fmt: skip
ANSWERED = {
    "Content-Type": "application/json; charset=utf-8", "Date": "Thu, 01 Jan 2026 00:00:00 GMT", "Server": "nginx",
    "Connection": "keep-alive", "Transfer-Encoding": "chunked", "Vary": "Accept-Encoding",
}  # fmt: skip


def archive(exchanges: int) -> bytes:
    """An HTTP Archive with what browsers write, in one line."""
    entries = list(map(_entry, range(exchanges), _bodies(exchanges)))
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def cassette(exchanges: int) -> bytes:
    """A cassette as VCR.py writes it."""
    interactions = [_interaction(*one) for one in zip(range(exchanges), _bodies(exchanges), strict=True)]
    return yaml.dump({"interactions": interactions, "version": 1}, Dumper=yaml.CSafeDumper).encode()


def _bodies(exchanges: int) -> list[str]:
    return [line.decode() for line in islice(corpus.lines(), exchanges)]


def _url(number: int) -> str:
    return f"https://crm.example/v2/customers/interaction?identifierName=id&identifierValue={number}"


def _entry(number: int, body: str) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 25.6, "cache": {},
        "request": {
            "method": "GET", "url": _url(number), "httpVersion": "HTTP/1.1", "cookies": [], "headers": _fields(ASKED),
            "queryString": _fields({"identifierName": "id", "identifierValue": str(number)}),
            "headersSize": 653, "bodySize": 0,
        },
        "response": {
            "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "headers": _fields(ANSWERED),
            "content": {"size": len(body.encode()), "mimeType": "application/json; charset=utf-8", "text": body},
            "redirectURL": "", "headersSize": 142, "bodySize": len(body),
        },
        "timings": {"dns": 0.06, "connect": 0.2, "ssl": 1.9, "send": 0, "wait": 5.3, "receive": 18.3},
    }  # fmt: skip


def _fields(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _listed(headers: dict[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in headers.items()}


def _interaction(number: int, body: str) -> dict[str, Any]:
    return {
        "request": {"body": None, "headers": _listed(ASKED), "method": "GET", "uri": _url(number)},
        "response": {
            "body": {"string": body}, "headers": _listed(ANSWERED),
            "status": {"code": 200, "message": "OK"},
        },
    }  # fmt: skip


def measure(path: Path, parse: Callable[[bytes], object], reader: Any, rounds: int) -> None:
    """Print the figures of one document."""
    data = path.read_bytes()
    reading: list[float] = []
    checking: list[float] = []
    for _ in range(rounds):
        parsing = processor_seconds(lambda: parse(data))
        reading.append(processor_seconds(lambda: _read(path, reader)) / parsing)
        checking.append(processor_seconds(lambda: run([str(path)], Settings())) / parsing)
    tell(f"{path.name}, {len(data) / MEGABYTE:.0f} MB: reading / parsing", reading)
    tell(f"{path.name}: check / parsing", checking)


def _read(path: Path, reader: Any) -> None:
    with path.open("rb") as file:
        for _ in reader.read(file, Place(path.name), Context(path=str(path))):  # as `check` reads a file on disk
            pass


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=3000, help="entries of the archive, a sixth in the cassette")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        har, vcr = Path(folder, "archive.har"), Path(folder, "cassette.yaml")
        har.write_bytes(archive(options.entries))
        vcr.write_bytes(cassette(options.entries // 6))
        run([str(har)], Settings())
        measure(har, orjson.loads, HAR, options.rounds)
        measure(vcr, lambda data: yaml.load(data, Loader=yaml.CSafeLoader), VCR, options.rounds)


if __name__ == "__main__":
    main()
