"""Readers: one format of captures a file. The first one that recognises an input reads it."""

from typing import Final

from .base import Head, Problem, Reader, UnreadableError
from .columnar import ARROW, PARQUET
from .csv_table import CSV
from .events import EVENTS
from .flows import FLOWS
from .har import HAR
from .json_body import JSON
from .ndjson import NDJSON
from .newman import NEWMAN
from .nock import NOCK
from .openapi import OPENAPI
from .pact import PACT
from .postman import POSTMAN
from .recorded_yaml import RESPONSES
from .rest import REST
from .sqlite import SQLITE
from .transcript import TRANSCRIPT
from .vcr import VCR
from .warc import WARC
from .wiremock import WIREMOCK

PARTICULAR: Final[tuple[Reader, ...]] = (
    *(HAR, VCR, NEWMAN, POSTMAN, WIREMOCK, PACT, NOCK, EVENTS, RESPONSES, OPENAPI, WARC, REST, TRANSCRIPT),
    *(PARQUET, ARROW, SQLITE, FLOWS, CSV),
)
"""Readers of formats that nothing else looks like."""

GENERAL: Final[tuple[Reader, ...]] = (NDJSON, JSON)
"""Readers that take whatever is JSON; they are asked last."""

READERS: Final[tuple[Reader, ...]] = (*PARTICULAR, *GENERAL)
"""Every reader, from the most particular format to the most general one."""

__all__ = [
    "ARROW",
    "CSV",
    "EVENTS",
    "FLOWS",
    "GENERAL",
    "HAR",
    "JSON",
    "NDJSON",
    "NEWMAN",
    "NOCK",
    "OPENAPI",
    "PACT",
    "PARQUET",
    "PARTICULAR",
    "POSTMAN",
    "READERS",
    "RESPONSES",
    "REST",
    "SQLITE",
    "TRANSCRIPT",
    "VCR",
    "WARC",
    "WIREMOCK",
    "Head",
    "Problem",
    "Reader",
    "UnreadableError",
]
