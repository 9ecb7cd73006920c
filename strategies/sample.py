"""What is generated: the query of a request, and a whole exchange; frozen values that know nothing of checking."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ..schemas.document import operation

Json = Any
"""A JSON value as Python values."""

Pairs = tuple[tuple[str, str], ...]
"""Names and values in their order; a name may be repeated."""


@dataclass(frozen=True, slots=True)
class Query:
    """The query parameters of one request, in their order.

    >>> Query((("identifierName", "external_id"), ("identifierValue", "50% é"))).url("crm.example")
    'https://crm.example/v2/customers/interaction?identifierName=external_id&identifierValue=50%25%20%C3%A9'
    """

    pairs: Pairs = ()

    def get(self, name: str) -> str | None:
        """The first value of a parameter, or `None` where it is not given."""
        return next((value for key, value in self.pairs if key == name), None)

    def url(self, host: str = "localhost") -> str:
        """The URL of this request at `host` (a name, with a port where one is needed), percent-encoded in UTF-8."""
        return f"https://{host}{operation().path}?{urlencode(self.pairs, quote_via=quote, safe='')}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange: what was asked, and what was answered.

    `body` is a JSON value, or `bytes` where the text itself matters; `headers` are those of the response.

    >>> Sample(Query(), 200, (), {"name": "capillary", "interaction": []}).content()
    b'{"name": "capillary", "interaction": []}'
    """

    query: Query
    status: int
    headers: Pairs
    body: Json
    request_headers: Pairs = ()

    def content(self) -> bytes:
        """The bytes of the body: JSON in UTF-8, unless `body` is `bytes` already."""
        return self.body if isinstance(self.body, bytes) else text_of(self.body).encode()


def text_of(body: Json) -> str:
    """The JSON text of a value, with letters outside ASCII as they are."""
    return json.dumps(body, ensure_ascii=False)
