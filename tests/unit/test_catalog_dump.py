"""A dump as a stream: where it is cut, where it goes on, and what a broken one says."""

import gzip
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from engine.catalog.dump import BLOCK, Dump, dated
from engine.errors import DumpBroken

DAY = date(2026, 11, 1)
NAME = "discogs_20261101_releases.xml.gz"


def release(number: int, size: int = 0) -> bytes:
    return f'<release id="{number}" status="Accepted"><notes>{"n" * size}</notes></release>\n'.encode()


def dump_of(folder: Path, content: bytes, name: str = NAME) -> Dump:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return Dump.at(path)


def whole(*releases: bytes) -> bytes:
    return b"<releases>\n" + b"".join(releases) + b"</releases>\n"


def numbers(dump: Dump, start: int = 0) -> list[int]:
    return [number for block in dump.blocks(start) for number, _ in block.releases]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("discogs_20261101_releases.xml.gz", DAY),
        ("discogs_20261101_releases.xml", DAY),
        ("releases-20261101.xml.gz", DAY),
        ("discogs_20261399_releases.xml.gz", None),
        ("discogs_releases_sample.xml.gz", None),
        ("120261101.xml", None),
    ],
)
def test_the_name_of_a_dump_tells_its_day(name: str, day: date | None) -> None:
    assert dated(name) == day


@pytest.mark.parametrize("name", [NAME, NAME.removesuffix(".gz")])
@pytest.mark.parametrize(
    "begin", [b"", b'<?xml version="1.0" encoding="UTF-8"?>\n', b"\xef\xbb\xbf<?xml version='1.0'?>", b"\n"]
)
def test_every_release_is_read_once_packed_or_not(tmp_path: Path, name: str, begin: bytes) -> None:
    content = begin + whole(*(release(number, 3_000) for number in range(500)))
    assert len(content) > 3 * BLOCK
    assert numbers(dump_of(tmp_path, content, name)) == list(range(500))


def test_several_packed_parts_are_one_dump(tmp_path: Path) -> None:
    path = tmp_path / NAME
    content = whole(release(1), release(2), release(3))
    path.write_bytes(gzip.compress(content[:60]) + gzip.compress(content[60:]))
    assert numbers(Dump.at(path)) == [1, 2, 3]


def test_reading_goes_on_behind_any_block(tmp_path: Path) -> None:
    dump = dump_of(tmp_path, whole(*(release(number, 20_000) for number in range(60))))
    blocks = list(dump.blocks())
    assert len(blocks) > 4
    for at, block in enumerate(blocks):
        before = sum(len(earlier.releases) for earlier in blocks[: at + 1])
        assert numbers(dump, block.offset) == list(range(before, 60))


def test_a_dump_of_no_releases_has_none(tmp_path: Path) -> None:
    assert numbers(dump_of(tmp_path, b"<releases></releases>")) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"<masters><master/></masters>", "it begins with <masters>"),
        (b"upc,title\n1,2\n", "it is another kind of file"),
        (b"\x00\xff\x10binary", "it is another kind of file"),
        (b'<?xml version="1.0" encoding="UTF-16"?><releases></releases>', "it is not in UTF-8"),
    ],
)
@pytest.mark.parametrize("name", [NAME, NAME.removesuffix(".gz")])
def test_what_is_no_dump_is_told_by_what_it_is(tmp_path: Path, content: bytes, said: str, name: str) -> None:
    with pytest.raises(DumpBroken, match=f"is no dump of Discogs releases: {said}"):
        list(dump_of(tmp_path, content, name).blocks())


def packed(tmp_path: Path) -> tuple[Path, bytes]:
    """Return a dump that hardly packs, so that its middle is a middle of its releases."""
    notes = (sha256(b"%d" % number).hexdigest() for number in range(40_000))
    content = whole(
        *(b'<release id="%d"><notes>%s</notes></release>' % each for each in enumerate(map(str.encode, notes)))
    )
    return tmp_path / NAME, gzip.compress(content)


def test_a_dump_cut_off_is_told_with_its_place(tmp_path: Path) -> None:
    path, content = packed(tmp_path)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DumpBroken, match=rf"ends too early, near byte {len(content) // 2:,} of .*after release \d+\."):
        list(Dump.at(path).blocks())


@pytest.mark.parametrize("name", [NAME, NAME.removesuffix(".gz")])
def test_xml_that_ends_in_the_middle_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(DumpBroken, match=r"ends too early, near byte .* after release 2"):
        list(dump_of(tmp_path, whole(release(1), release(2), release(3))[:-40], name).blocks())


def test_a_damaged_byte_is_told_with_its_place(tmp_path: Path) -> None:
    path, content = packed(tmp_path)
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(64) + content[middle + 64 :])
    with pytest.raises(DumpBroken, match=r"is damaged near byte [\d,]+ of [\d,]+, after release \d+ \("):
        list(Dump.at(path).blocks())


def test_what_stands_between_releases_is_told_with_its_place(tmp_path: Path) -> None:
    dump = dump_of(tmp_path, whole(release(7), b"<label>X</label>", release(9)))
    with pytest.raises(
        DumpBroken, match=r"holds broken XML near byte .* after release 7 \(something else than a release"
    ):
        list(dump.blocks())


def test_a_wrong_checksum_is_damage(tmp_path: Path) -> None:
    path, content = packed(tmp_path)
    path.write_bytes(content[:-8] + bytes(4) + content[-4:])
    with pytest.raises(DumpBroken, match=r"is damaged near byte .*CRC"):
        list(Dump.at(path).blocks())


def test_a_dump_without_a_day_or_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DumpBroken, match="cannot be read"):
        Dump.at(tmp_path / NAME)
    (tmp_path / "sample.xml").write_bytes(whole())
    with pytest.raises(DumpBroken, match="--date"):
        Dump.at(tmp_path / "sample.xml")
    assert Dump.at(tmp_path / "sample.xml", DAY).made_on == DAY


def test_another_content_is_another_dump(tmp_path: Path) -> None:
    marks = {dump_of(tmp_path, content).mark for content in (whole(), whole(release(1)), whole(release(2)))}
    assert len(marks) == 3
    assert dump_of(tmp_path, whole(release(1))).mark in marks
