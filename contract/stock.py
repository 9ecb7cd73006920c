"""The contract for users of stock Schemathesis who write their own tests.

from interpact.contract import assert_kept, schema

@schema.parametrize()
def test_service(case):
    assert_kept(case.call(base_url="http://127.0.0.1:8080"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from schemathesis import openapi

from ..schemas.document import without_extensions

if TYPE_CHECKING:
    from schemathesis.specs.openapi.schemas import OpenApiSchema


schema: Final[OpenApiSchema] = openapi.from_dict(without_extensions())
"""The contract's OpenAPI document, as a schema of Schemathesis."""
