"""What all tests have in common that are no Python functions: where they are, and how they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class ContractItem(pytest.Item):
    """A test of the contract. It fails with a text, never with a traceback: see `pytest.fail(text, pytrace=False)`."""

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file, no line, and the name."""
        return self.path, None, self.name


def locate_skip(item: pytest.Item, report: pytest.TestReport) -> None:
    """Have a skip say where its test is, and not in which line of ours it was decided."""
    if isinstance(item, ContractItem) and report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.reportinfo()[0]), 1, report.longrepr[2])
