"""`interpact schema`: the documents that the contract consists of."""

from __future__ import annotations

import click

_DOCUMENTS = ("response", "error", "request", "openapi", "report")


@click.command("schema")
@click.argument("document", type=click.Choice(_DOCUMENTS), default="response")
def schema_command(document: str) -> None:
    """Print a document of the contract as JSON.

    response, error, request: JSON Schema 2020-12. openapi: OpenAPI 3.1. report: the schema of `check --format json`.
    """
    from ...schemas.document import text
    from ..reports import report_schema

    click.echo(report_schema() if document == "report" else text(document), nl=False)
