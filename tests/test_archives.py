"""Archives: their members are inputs of their own, and nothing that an archive holds hurts, or hides the rest."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from interpact.contract.archives import is_archive, members_of
from interpact.contract.decompress import DamagedError, Growth, Kind, expand
from interpact.contract.sources import find_inputs

from .fuzzing.seeds import BODY, har, tarred, zipped
from .packing import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = '{"name":"","interaction":[]}'
BYTES = SMALL.encode()
ATTACHED = "0a4d55a8d778e5022fab701977c5d840bbc486d0.json"
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/\\.:_"), min_size=1, max_size=60)
FILES = st.dictionaries(NAMES, st.binary(max_size=2000), max_size=6)


def members(data: bytes) -> list[tuple[str, bytes]]:
    """Names and contents of an archive."""
    growth, file = Growth(stored=len(data)), io.BytesIO(data)
    return [(one.name, one.open(growth).read()) for one in members_of(file, data[:512], growth)]


@given(
    files=FILES,
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]),
    prefix=st.binary(),
)
def test_what_was_zipped_comes_back(files: dict[str, bytes], method: int, prefix: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            with archive.open(name, "w", force_zip64=len(data) % 2 == 0) as member:
                member.write(data)
    read = members_of(io.BytesIO(prefix + file.getvalue()), b"PK\x03\x04", Growth())
    assert [(one.name, one.open(Growth()).read()) for one in read] == list(files.items())


@given(files=FILES, form=st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
@example(files={"n" * 99 + "\u00e9" * 99: b"x"}, form=tarfile.PAX_FORMAT)
@example(files={"n" * 300: b"x"}, form=tarfile.GNU_FORMAT)
def test_what_was_put_into_a_tar_comes_back(files: dict[str, bytes], form: int) -> None:
    short = {name: data for name, data in files.items() if form != tarfile.USTAR_FORMAT or len(name.encode()) < 100}
    data = tarred(*short.items(), format=form)
    assert (members(data) if is_archive(data[:512]) else []) == list(short.items())


@given(data=st.binary(max_size=5000), kind=st.sampled_from([(Kind.BZIP2, bz2.compress), (Kind.XZ, lzma.compress)]))
def test_bzip2_and_xz_come_back(data: bytes, kind: tuple[Kind, Callable[[bytes], bytes]]) -> None:
    packed = kind[1](data) * 2
    pieces = [packed[start : start + 7] for start in range(0, len(packed), 7)]
    assert b"".join(expand(kind[0], pieces)) == data * 2


@given(data=st.binary(max_size=300), start=st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", tarred(("a", b"b"))[:600]]))
def test_no_bytes_break_an_archive(data: bytes, start: bytes) -> None:
    growth = Growth()
    try:
        for member in members_of(io.BytesIO(start + data), start, growth):
            member.open(growth).read()
    except DamagedError:
        pass


PACKERS: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, bz2.compress, lzma.compress, zlib.compress]


@pytest.mark.parametrize("pack", [*PACKERS, zstandard.ZstdCompressor().compress])
def test_a_packed_archive(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    for archive in (tarred(("a/b.json", BYTES)), zipped(("a/b.json", BYTES))):
        assert told(tmp_path / "x", pack(archive)) == [f"a/b.json: {SMALL}"]


def test_members_are_inputs_of_their_own(tmp_path: Path) -> None:
    inner = zipped(("e.ndjson", BYTES + b"\n" + BYTES))
    data = zipped(
        ("README.md", b"read me"), (".hidden/x.json", BYTES), ("__MACOSX/a.json", b"?"), ("a/", b""),
        ("a/b.json.gz", gzip.compress(BYTES)), ("broken.json", b"\0"), ("c.zip", inner),
    )  # fmt: skip
    reading = told(tmp_path / "a.zip", data)
    assert reading[:2] == ["README.md~", f"a/b.json.gz: {SMALL}"]
    assert reading[2].startswith("broken.json! it is binary")
    assert reading[3:] == [f"c.zip!e.ndjson: {SMALL}"] * 2


def link(kind: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        about = tarfile.TarInfo("x.json")
        about.type, about.linkname = kind, "/etc/passwd"
        archive.addfile(about)
        good = tarfile.TarInfo("good.json")
        good.size = len(BYTES)
        archive.addfile(good, io.BytesIO(BYTES))
    return file.getvalue()


def edited(member: str, mode: int = 0, **fields: Any) -> bytes:
    """A zip archive with one member whose entry in the directory says something special, and a good one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        about = zipfile.ZipInfo(member)
        about.create_system, about.external_attr = 3, mode << 16
        archive.writestr(about, BYTES)
        archive.writestr("good.json", BYTES)
    data = bytearray(file.getvalue())
    at = data.index(b"PK\x01\x02")
    for name, value in fields.items():
        struct.pack_into("<H", data, at + {"flags": 8, "method": 10}[name], value)
    return bytes(data)


HOSTILE: list[tuple[bytes, str]] = [
    (edited("../x.json"), "leads out"),
    (edited("a/../../x.json"), "leads out"),
    (edited("/x.json"), "leads out"),
    (edited("c:\\x.json"), "leads out"),
    (edited("x.json", flags=1), "encrypted"),
    (edited("x.json", method=14), "a method that is not read"),
    (edited("x.json", mode=stat.S_IFLNK | 0o777), "a link"),
    (edited("x.json", mode=stat.S_IFCHR | 0o600), "no regular file"),
    (zipped(("good.json", BYTES), ("broken.json.gz", gzip.compress(BYTES)[:-9])), "ends early"),
    (edited("x.json").replace(BYTES, BYTES.replace(b"name", b"NAME"), 1), "checksum"),
    (b"PK??".join(zipped(("good.json", BYTES), ("x.json", BYTES)).rsplit(b"PK\x03\x04", 1)), "not begin where"),
    (link(tarfile.SYMTYPE), "a link"),
    (link(tarfile.LNKTYPE), "a link"),
    (link(tarfile.CHRTYPE), "a device"),
    (link(tarfile.FIFOTYPE), "a pipe"),
    (link(tarfile.GNUTYPE_SPARSE), "holes"),
    (tarred(("good.json", BYTES), ("../x.json", BYTES)), "leads out"),
    (tarred(("good.json", BYTES), ("x.json", BYTES))[:1550], "was cut"),
    (tarred(("good.json", BYTES), ("x.json", BYTES))[:1100] + b"?" * 500, "damaged"),
    (gzip.compress(tarred(("good.json", BYTES), ("x.json", BYTES)), 0)[:-700], ""),
]


@pytest.mark.parametrize(("data", "why"), HOSTILE)
def test_a_hostile_member_is_named_and_the_rest_is_read(tmp_path: Path, data: bytes, why: str) -> None:
    reading = told(tmp_path / "a.archive", data)
    problems = [line for line in reading if "!" in line]
    assert any(why in line for line in problems), reading
    assert f"good.json: {SMALL}" in reading or "good" not in why + str(reading)


def test_a_name_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    data = tarred(("a.json", BYTES), ("a.json", BODY.encode()))
    assert told(tmp_path / "a", data) == [f"a.json: {SMALL}", "a.json! not read: a second member of this name"]


def test_archives_within_each_other(tmp_path: Path) -> None:
    data = BYTES
    for depth in range(5):
        data = zipped((f"{depth}.zip" if depth else "a.json", data))
    (only,) = told(tmp_path / "a", data)
    assert "more than 3 deep" in only
    assert told(tmp_path / "b", zipped(("b.zip", zipped(("c.zip", zipped(("a.json", BYTES))))))) == [
        f"b.zip!c.zip!a.json: {SMALL}"
    ]


def test_bombs_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    bomb = b"[" + bytes(3 << 20)
    reading = told(
        tmp_path / "a", zipped(("1.json", bomb), ("2.json", BYTES)), free_expansion=1 << 20, max_expansion=10
    )
    assert reading[-1] == f"2.json: {SMALL}"
    assert "times its size" in str(reading[:-1])
    many = zipped(*((f"{number}.json", bomb) for number in range(30)), ("z.json", BYTES))
    *_, last = told(tmp_path / "b", many, free_expansion=1 << 20, max_expansion=10)
    assert "all proportion" in last


def test_a_bomb_of_overlapping_members_is_cut(tmp_path: Path) -> None:
    kernel = zipped(("a.json", b"[" + bytes(1 << 20)))
    at = kernel.index(b"PK\x01\x02")
    end = kernel.index(b"PK\x05\x06")
    directory = b"".join(kernel[at:end].replace(b"a.json", b"%06d" % number) for number in range(2000))
    data = kernel[:at] + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2000, 2000, len(directory), at, 0)
    *_, last = told(tmp_path / "a.zip", data, free_expansion=1 << 20, max_expansion=10)
    assert "all proportion" in last


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_a_bomb_that_grows_in_one_step(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    *_, last = told(tmp_path / "a", pack(b"[" + bytes(40 << 20)), free_expansion=1 << 20)
    assert "times its size" in last


def test_many_members(tmp_path: Path) -> None:
    data = zipped(*((f"{number}.json", BYTES) for number in range(3000)))
    assert len(told(tmp_path / "a", data)) == 3000
    *_, last = told(tmp_path / "a", data, max_members=100)
    assert "more than 100 members" in last


def test_more_members_than_a_directory_of_old_can_count() -> None:
    data = zipped(*((str(number), b"") for number in range(66_000)))
    assert b"PK\x06\x06" in data
    assert sum(1 for _ in members_of(io.BytesIO(data), data[:512], Growth())) == 66_000


def test_an_archive_in_a_folder_is_read_if_it_may_hold_captures(tmp_path: Path) -> None:
    assert told(tmp_path / "a.jar", zipped(("A.class", b"\xca\xfe")), explicit=False) == ["~"]
    assert told(tmp_path / "a.zip", zipped(("a.json", BYTES)), explicit=False) == [f"a.json: {SMALL}"]
    assert told(tmp_path / "b.zip", b"PK\x03\x04...", explicit=False)[0].startswith("! a zip archive without")
    assert told(tmp_path / "b.jar", b"PK\x03\x04...", explicit=False) == ["~"]
    assert told(tmp_path / "c.zip", zipped(("a.txt", b"hi"))) == ["a.txt~", "! an archive without captures"]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_bodies_that_playwright_attached(tmp_path: Path, pack: Callable[..., bytes]) -> None:
    data = pack((f"run/{ATTACHED}", BYTES), ("run/har.har", har({"_file": ATTACHED})))
    assert told(tmp_path / "a.zip", data) == [f"run/har.har#1: {SMALL}"]
    for name in ("../secret.json", "/etc/passwd", "missing.json"):
        assert told(tmp_path / "a.zip", pack(("har.har", har({"_file": name})))) == ["har.har#1: body not recorded"]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("top", ["", "./", "wiremock/"])
def test_bodies_that_mappings_name(tmp_path: Path, pack: Callable[..., bytes], top: str) -> None:
    """They are read from `__files` beside `mappings`, and from nowhere else; and only once."""
    named = {f"{top}mappings/{place}.json": mapping(name) for place, name in (
        ("one", "a.json"), ("more/two", "b/c.json"), ("out", "../mappings/one.json"), ("gone", "d.json"),
    )}  # fmt: skip
    files = ((f"{top}__files/a.json", BYTES), (f"{top}__files/b/c.json", BYTES), ("other/__files/e.json", BYTES))
    assert sorted(told(tmp_path / "a.zip", pack(*named.items(), *files))) == sorted(
        [
            f"{top}mappings/one.json: {SMALL}",
            f"{top}mappings/more/two.json: {SMALL}",
            f"{top}mappings/out.json: body not recorded",
            f"{top}mappings/gone.json: body not recorded",
            f"{top}__files/a.json~",
            f"{top}__files/b/c.json~",
            f"other/__files/e.json: {SMALL}",
        ]
    )


def mapping(name: str) -> bytes:
    return b'{"request": {"urlPath": "/x"}, "response": {"status": 200, "bodyFileName": "%s"}}' % name.encode()


def test_attached_bodies_beside_an_unpacked_har(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (tmp_path / "secret.json").write_bytes(BYTES)
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    (folder / ATTACHED).write_bytes(BYTES)
    for name, expected in (
        (ATTACHED, SMALL),
        ("link.json", "body not recorded"),
        ("../secret.json", "body not recorded"),
    ):
        (folder / "a.har").write_bytes(har({"_file": name}))
        assert told(folder / "a.har") == [f"#1: {expected}"]
    found = list(find_inputs([str(folder)]))
    assert [str(one) for one in found if ATTACHED in str(one)] == []


def test_one_attached_body_that_is_named_again_and_again(tmp_path: Path) -> None:
    import json  # noqa: PLC0415

    (tmp_path / "x.json").write_bytes(BYTES + b" " * 1000)
    entries = json.loads(har({"_file": "x.json"}))["log"]["entries"] * 50
    data = json.dumps({"log": {"entries": entries}}).encode()
    reading = told(tmp_path / "a.har", data, free_expansion=10_000, max_expansion=2)
    assert reading[0] != reading[-1] == "#50: body not recorded"
