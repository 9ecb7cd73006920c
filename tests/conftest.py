"""Hypothesis's profiles, and the folders that tests start from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings

from .house import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

# No deadline: the first example of a property pays for imports. No explanations: they cost ten times what it takes to
# find and to shrink. CI runs the same examples each time, so that a red build means a change; whoever hunts for more
# runs `HYPOTHESIS_PROFILE=hunt python -m pytest`.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("default", deadline=None, max_examples=50, phases=PHASES, print_blob=True)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
settings.register_profile("hunt", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> None:
    """The processes that tests start are not asked for what this run was asked for.

    Not before the first test: the workers of pytest-xdist are started with `PYTEST_ADDOPTS`, and without `--cov` there
    they hand back no coverage. And where nothing is to be cached, each of those processes would compile some six
    hundred modules anew, and pytest rewrite the assertions of its plugins: most of the time that such a test takes.
    """
    for name in ("PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return ROOT
