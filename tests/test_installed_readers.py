"""`interpact formats`, and readers that other packages bring."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from interpact.contract.readers import READERS

from .fuzzing.seeds import BODY
from .test_cli import interpact

if TYPE_CHECKING:
    from pathlib import Path

GOOD = f"""
    from interpact.contract.exchange import Exchange, Response
    from interpact.contract.readers.base import Problem

    class Shouted:
        name = "shouted"
        title = "bodies that are shouted (.shout)"
        requires = ("json",)

        def recognises(self, head):
            return head.data.startswith(b"SHOUT")

        def read(self, stream, place, context):
            stream.read()
            yield Exchange(place, None, Response({BODY.encode()!r}))
            yield Problem(place, "a whisper")

    SHOUTED = Shouted()
"""
BAD = """
    class Raises:
        name = "raises"
        title = "raises"

        def recognises(self, head):
            return head.data.startswith(b"RAISE") or 1 / 0

        def read(self, stream, place, context):
            raise KeyError("ada@example.com")

    class Yields(Raises):
        name = "yields"

        def recognises(self, head):
            return head.data.startswith(b"YIELD")

        def read(self, stream, place, context):
            yield "ada@example.com"

    NOTHING = object()
"""
ENTRIES = """
    [interpact.readers]
    shouted = good_reader:SHOUTED
    raises = bad_reader:Raises
    yields = bad_reader:Yields
    nothing = bad_reader:NOTHING
    missing = no_such_module:X
"""


@pytest.fixture
def site(tmp_path: Path) -> str:
    """A folder as pip would leave it: one package, of whose readers one works."""
    folder = tmp_path / "site"
    about = folder / "loud-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(textwrap.dedent(ENTRIES))
    (folder / "good_reader.py").write_text(textwrap.dedent(GOOD))
    (folder / "bad_reader.py").write_text(textwrap.dedent(BAD))
    return str(folder)


def test_formats_lists_every_reader(tmp_path: Path) -> None:
    listed = json.loads(interpact("formats", "--format", "json", folder=tmp_path).stdout)
    names = [one["name"] for one in listed]
    assert {reader.name for reader in READERS} <= set(names)
    assert all(one["title"] and one["recognised_by"] for one in listed)
    text = interpact("formats", folder=tmp_path).stdout.decode()
    assert [line.split()[0] for line in text.splitlines()] == names
    url = next(one for one in listed if one["name"] == "url")
    assert (url["requires"], url["extra"]) == (["fsspec"], "remote")


def test_readers_of_other_packages(tmp_path: Path, site: str) -> None:
    listed = json.loads(interpact("formats", "--format", "json", folder=tmp_path, PYTHONPATH=site).stdout)
    theirs = {one["name"]: one for one in listed if one["package"] == "loud"}
    assert theirs["shouted"]["usable"]
    whys = [theirs[name]["why"] for name in ("nothing", "missing")]
    assert whys == ["cannot be used: AttributeError", "cannot be used: ModuleNotFoundError"]
    (tmp_path / "a.shout").write_bytes(b"SHOUT")
    (tmp_path / "b.json").write_text(BODY)
    done = interpact("check", "a.shout", "b.json", folder=tmp_path, PYTHONPATH=site)
    assert done.returncode == 2
    assert b"a whisper" in done.stdout
    assert b"2 exchanges: 2 pass" in done.stdout
    assert b"warning: the reader missing of loud cannot be used: ModuleNotFoundError" in done.stderr


def test_broken_readers_are_named_and_the_rest_is_read(tmp_path: Path, site: str) -> None:
    for word in ("RAISE", "YIELD"):
        (tmp_path / word).write_text(word)
    (tmp_path / "b.json").write_text(BODY)
    done = interpact("check", "RAISE", "YIELD", "b.json", folder=tmp_path, PYTHONPATH=site)
    assert done.returncode == 2
    assert b"RAISE not read: the reader raises of loud failed: KeyError" in done.stdout
    assert b"YIELD not read: the reader yields of loud failed: it yields something else" in done.stdout
    assert b"1 exchange: 1 pass" in done.stdout
    assert b"ada@example.com" not in done.stdout + done.stderr
