"""Small captures of every format, which fuzzing starts from and mutations are made of."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import zstandard

URL: Final = "https://crm.example/v2/customers/interaction?identifierName=email&identifierValue=ada%40example.com"
BODY: Final = (
    '{"name":"capillary","interaction":[{"name":"sms","count":1,"messageList":[{"id":7,"receiver":"4915112345678",'
    '"subject":"Hi","campaignId":-1,"status":"SENT","sentDate":"01-06-2023 10:00:00","userId":1}]}],"warnings":[]}'
)
_FILE: Final = "0a4d55a8d778e5022fab701977c5d840bbc486d0.json"
_FLOWS: Final = Path(__file__).parent.parent / "readers" / "flows.mitm"


def har(content: dict[str, Any]) -> bytes:
    """A HAR with one entry."""
    response: dict[str, Any] = {
        "status": 200,
        "headers": [],
        "content": {"size": len(BODY), "mimeType": "application/json"} | content,
    }
    entry: dict[str, Any] = {"request": {"method": "GET", "url": URL, "headers": []}, "response": response}
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()


def cassette() -> bytes:
    """A cassette in YAML."""
    return (
        f"version: 1\ninteractions:\n- request:\n    method: GET\n    uri: {URL}\n  response:\n"
        f"    status: {{code: 200}}\n    body: {{string: '{BODY}'}}\n"
    ).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def tarred(*members: tuple[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002 - tarfile's word
    """A tar archive."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as archive:
        for name, data in members:
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    return file.getvalue()


def arrow_library(name: str) -> Any:
    """pyarrow, which has no annotations."""
    return import_module(name)


def columns() -> dict[str, list[Any]]:
    """A table with a column of bodies."""
    return {"at": [1, 2], "url": [URL, None], "status": [200, 404], "payload": [BODY, None]}


def parquet(table: dict[str, list[Any]]) -> bytes:
    """A Parquet file."""
    file, library = io.BytesIO(), arrow_library("pyarrow")
    arrow_library("pyarrow.parquet").write_table(library.table(table), file)
    return file.getvalue()


def arrow(table: dict[str, list[Any]]) -> bytes:
    """An Arrow IPC file."""
    library = arrow_library("pyarrow")
    file, made = io.BytesIO(), library.table(table)
    with library.ipc.new_file(file, made.schema) as writer:
        writer.write_table(made)
    return file.getvalue()


def csv_of(table: dict[str, list[Any]], **dialect: Any) -> bytes:
    """A CSV file."""
    file = io.StringIO()
    writer = csv.writer(file, **dialect)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return file.getvalue().encode()


def escaped_csv(table: dict[str, list[Any]]) -> bytes:
    """A CSV file in which quotation marks are behind backslashes."""
    return csv_of(table, escapechar="\\", doublequote=False)


def sqlite(table: dict[str, list[Any]]) -> bytes:
    """An SQLite database."""
    connection = sqlite3.connect(":memory:")
    names = ", ".join(f'"{name}"' for name in table)
    connection.execute(f"CREATE TABLE log ({names})")
    marks = ", ".join("?" * len(table))
    rows = zip(*table.values(), strict=True)
    connection.executemany(f"INSERT INTO log VALUES ({marks})", rows)  # noqa: S608 - ours
    connection.commit()
    found = connection.serialize()
    connection.close()
    return found


def flat() -> dict[str, list[Any]]:
    """Two rows of the table of messages."""
    message = json.loads(BODY)["interaction"][0]["messageList"][0]
    row = {"exchange": 0, "entry": 0, "message": 0, "entry.name": "sms"} | message
    return {name: [value, value] for name, value in row.items()}


def seeds() -> dict[str, bytes]:
    """One small capture of every format and packing, by name."""
    body, record = BODY.encode(), json.dumps({"request": {"url": URL}, "response": {"status": 200, "body": BODY}})
    plain = har({"text": BODY})
    return {
        "json": body,
        "list": b"[" + body + b"," + body + b"]",
        "ndjson": body + b"\n" + body + b"\n",
        "records": (record + "\n" + record).encode(),
        "har": plain,
        "vcr": cassette(),
        "flows": _FLOWS.read_bytes(),
        "gzip": gzip.compress(plain, mtime=0),
        "zlib": zlib.compress(plain),
        "bzip2": bz2.compress(plain),
        "xz": lzma.compress(plain),
        "zstd": zstandard.ZstdCompressor().compress(plain),
        "zip": zipped(("a.json", body), ("b/c.har", plain), ("d.zip", zipped(("e.ndjson", body + b"\n" + body)))),
        "attached": zipped(("har.har", har({"_file": _FILE})), (_FILE, body)),
        "tar": tarred(("a.json", body), ("n" * 120 + ".har", plain)),
        "gnu tar": tarred(("n" * 120 + ".json", body), format=tarfile.GNU_FORMAT),
        "tar.gz": gzip.compress(tarred(("a.json", body)), mtime=0),
        "parquet": parquet(columns()),
        "arrow": arrow(columns()),
        "csv": csv_of(columns()),
        "sqlite": sqlite(columns()),
        "flat parquet": parquet(flat()),
        "flat csv": csv_of(flat()),
    }
