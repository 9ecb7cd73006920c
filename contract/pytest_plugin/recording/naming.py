"""How files are named in reports, wherever the plugin meets them."""

from __future__ import annotations

import os
from pathlib import Path

from ...sources import printable


def shown(path: str | Path, root: Path) -> str:
    r"""A file as somebody names it who stands at `root`: in full where it lies elsewhere, and fit to be printed.

    >>> shown("/project/cassettes/\x1b.yaml", Path("/project")), shown("/elsewhere/../a.yaml", Path("/project"))
    ('cassettes/\\x1b.yaml', '/a.yaml')
    """
    found = Path(os.path.abspath(path))  # noqa: PTH100 - a link stays one
    is_below = found != root and found.is_relative_to(root)
    return printable((found.relative_to(root) if is_below else found).as_posix())
