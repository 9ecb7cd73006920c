"""What was asked for in a run, for those who need it whether or not anything was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .keys import OPTIONS
from .reading import Options

if TYPE_CHECKING:
    import pytest


def options_of(config: pytest.Config) -> Options:
    """What flags and ini keys ask for, and what follows from them where they ask for nothing."""
    return config.stash[OPTIONS] or Options({}, config)
