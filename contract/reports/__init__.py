"""Reports: one format a file."""

from importlib.resources import files


def report_schema() -> str:
    """The JSON Schema of the JSON report.

    >>> '"version"' in report_schema()
    True
    """
    return files("interpact.contract.reports").joinpath("report.schema.json").read_text(encoding="utf-8")
