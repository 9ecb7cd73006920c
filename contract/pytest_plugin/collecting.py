"""What is collected beside the project's own files: captures, and the live implementation."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..readers.base import Problem
from ..sources import find_inputs
from .captures import CaptureFile, MissingItem, UnreadableItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..sources import Input
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
    known = any(_path(found) == path for found in find_inputs(options.captures) if not isinstance(found, Problem))
    return CaptureFile.of(parent, path) if known else None


def _path(found: Input) -> Path:
    return Path(os.path.normpath(found.path))


def _captures(session: pytest.Session, options: Options) -> Iterator[pytest.Collector | pytest.Item]:
    """Each file once, though several words may stand for it."""
    is_flag = options.is_flag("captures")
    seen: set[Path] = set()
    for found in find_inputs(options.captures):
        if isinstance(found, Problem):
            yield (UnreadableItem if is_flag else MissingItem).of(session, "captures not found", found)
            continue
        path = _path(found)
        if path in seen or session.isinitpath(path) or _is_ignored(session, path):
            continue
        seen.add(path)
        if _is_wanted(session, path, named=is_flag):
            yield CaptureFile.of(session, path)


def _is_ignored(session: pytest.Session, path: Path) -> bool:
    """Whether `--ignore` or `--ignore-glob` leaves it out."""
    config = session.config
    words: list[str] = config.getoption("ignore", default=None) or []
    patterns: list[str] = config.getoption("ignore_glob", default=None) or []
    base = config.invocation_params.dir
    folders = [Path(os.path.normpath(base / word)) for word in words]
    named = [os.path.normpath(base / word) for word in patterns]
    return any(path.is_relative_to(folder) for folder in folders) or any(fnmatch(str(path), word) for word in named)


def _is_wanted(session: pytest.Session, path: Path | None, *, named: bool) -> bool:
    """Whether this run is about it: named by a flag, or configured and not left out by what is to be run.

    Who runs one test of one file does not want all captures with it; who runs a folder wants those below it.
    """
    if named or session.config.args_source is not pytest.Config.ArgsSource.ARGS:
        return True
    folders = [Path(os.path.abspath(word)) for word in session.config.args if Path(word).is_dir()]  # noqa: PTH100
    return any(path is None or path == folder or folder in path.parents for folder in folders)
