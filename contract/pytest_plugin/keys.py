"""Where the plugin keeps things in pytest's own stashes; loads nothing, so that an unused plugin costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from ..report import Report
    from .reading import Options
    from .recorder import Recorder

OPTIONS: Final[pytest.StashKey[Options | None]] = pytest.StashKey()
"""On the config: what was asked for, `None` where nothing was; see `reading.options_of`."""

TALLY: Final[pytest.StashKey[Report]] = pytest.StashKey()
"""On an item: what was found on its behalf since its last report."""

PORTIONS: Final[pytest.StashKey[dict[str, Report]]] = pytest.StashKey()
"""On an item: what was counted of portions of captures that were judged on its behalf, by their names."""

RECORDER: Final[pytest.StashKey[Recorder]] = pytest.StashKey()
"""On an item: what listens to its clients."""
