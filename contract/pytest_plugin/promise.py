"""The contract as tests see it: which one it is, and what it says."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ...schemas.document import digest, load
from ...schemas.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...schemas.document import Schema
    from ...schemas.rules import Rule

SOURCE = "interpact/schemas/openapi.yaml"
"""Where the contract is written down."""


class Contract:
    """The contract that is enforced.

    >>> Contract().version
    '2.0.0'
    """

    @property
    def version(self) -> str:
        """The version of the OpenAPI document."""
        return self.document["info"]["version"]

    @property
    def digest(self) -> str:
        """SHA-256 of the document, in hexadecimal digits: another contract has another one."""
        return digest()

    @property
    def source(self) -> str:
        """Where it comes from, with the version of interpact."""
        return f"{SOURCE} of interpact {version('interpact')}"

    @property
    def document(self) -> Schema:
        """The OpenAPI document; shared, so never change it."""
        return load("openapi")

    @property
    def response_schema(self) -> Schema:
        """The JSON Schema (2020-12) of a response's body; shared, so never change it."""
        return load("response")

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by their codes."""
        return RULES

    def __repr__(self) -> str:
        """Version, digest and source."""
        return f"<Contract {self.version} sha256:{self.digest[:12]}, {self.source}>"


def header() -> str:
    """The line of pytest's report header."""
    contract: Any = Contract()
    return f"interpact: contract {contract.version}, sha256:{contract.digest[:12]}, from {contract.source}"
