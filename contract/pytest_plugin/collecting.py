"""What is collected beside the project's own files: captures, and the live implementation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..readers.base import Problem
from ..sources import find_inputs
from .captures import CaptureFile, UnreadableItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Options


def beside(session: pytest.Session, options: Options) -> list[pytest.Collector | pytest.Item]:
    """The collectors of whatever was asked for and is no file of the project."""
    found: list[pytest.Collector | pytest.Item] = list(_captures(session, options))
    if options.live and _is_wanted(session, None, named=options.is_flag("url")):
        from .live import live_nodes

        found += live_nodes(session, options.aim(), options.settings())
    return found


def named(path: Path, parent: pytest.Collector, options: Options) -> CaptureFile | None:
    """The collector of a file that was named as a test, if it is one of the captures."""
    known = any(found.path == str(path) for found in find_inputs(options.captures) if not isinstance(found, Problem))
    return CaptureFile.of(parent, path) if known else None


def _captures(session: pytest.Session, options: Options) -> Iterator[pytest.Collector | pytest.Item]:
    for found in find_inputs(options.captures):
        if isinstance(found, Problem):
            yield UnreadableItem.of(session, f"{found.place} not read", found)
            continue
        path = Path(os.path.normpath(found.path))
        if _is_wanted(session, path, named=options.is_flag("captures")) and not session.isinitpath(path):
            yield CaptureFile.of(session, path)


def _is_wanted(session: pytest.Session, path: Path | None, *, named: bool) -> bool:
    """Whether this run is about it: named by a flag, or configured and not left out by what is to be run.

    Who runs one test of one file does not want all captures with it; who runs a folder wants those below it.
    """
    if named or session.config.args_source is not pytest.Config.ArgsSource.ARGS:
        return True
    folders = [Path(os.path.abspath(word)) for word in session.config.args if Path(word).is_dir()]  # noqa: PTH100
    return any(path is None or path == folder or folder in path.parents for folder in folders)
