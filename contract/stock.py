"""The contract for users of stock Schemathesis who write their own tests.

from interpact.contract import assert_kept, schema

@schema.parametrize()
def test_service(case):
    assert_kept(case.call(base_url="http://127.0.0.1:8080"))
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from schemathesis import openapi

from ..schemas.document import text

if TYPE_CHECKING:
    from schemathesis.specs.openapi.schemas import OpenApiSchema


def _plain(value: Any) -> Any:
    """The document without extensions: Schemathesis would take them for constraints and try to break them."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _plain(member) for name, member in members.items() if not name.startswith("x-")}
    return [_plain(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


schema: Final[OpenApiSchema] = openapi.from_dict(_plain(json.loads(text("openapi"))))
"""The contract's OpenAPI document, as a schema of Schemathesis."""
