"""The monthly Discogs data dump, read as a stream: memory does not grow with the file.

`discogs_YYYYMMDD_releases.xml.gz`, packed or not, is `<releases>` around some 18 million `<release id="…">` elements,
60 GB of UTF-8. It is cut at `</release>`, which cannot stand inside of one, so that only the releases that are wanted
need to be parsed. gzip's checksum shows whether the whole file is as Discogs made it.

Source: https://data.discogs.com, licence CC0 (read 2026-11).
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from engine.errors import DumpBroken

END = b"</release>"
BLOCK = 1 << 18
LONGEST = 64 << 20  # bytes of one release; the longest ones have a few megabytes
_LAST = b"</releases>"
_PACKED = b"\x1f\x8b"
_ENDS = 1 << 20  # bytes at the beginning and at the end of a file by which it is known again
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\b([^>]*)\?>\s*)?")
_ROOT = re.compile(rb"<releases\b[^>]*>\s*")
_ELEMENT = re.compile(rb"<(\w+)")
_NUMBER = re.compile(rb"""(\s*)<release\b[^>]*?\bid=["'](\d+)""")
_DATED = re.compile(r"(?<!\d)20\d{6}(?!\d)")
_AGAIN = "Download the dump again and import it again; a catalogue that is in use stays as it is."
_GET = "Get discogs_YYYYMMDD_releases.xml.gz from https://data.discogs.com."


@dataclass(frozen=True, slots=True)
class Block:
    """Some releases by their number, each from `<release` to before its end tag.

    `after` is the number of the release before them, None when they are the first. `offset` is where in the unpacked
    XML the next one begins, `read` how many bytes of the file were read for them.
    """

    releases: list[tuple[int, bytes]]
    after: int | None
    offset: int
    read: int


@dataclass(frozen=True, slots=True)
class Dump:
    """A file that should be a dump of releases; `size` is in bytes, `mark` differs when the content does."""

    path: Path
    made_on: date
    size: int
    mark: str

    @classmethod
    def at(cls, path: Path, made_on: date | None = None) -> Dump:
        """Return the dump at `path`, made on the day in its name, or on `made_on`.

        Raises:
            DumpBroken: it cannot be read, or nobody says of which day it is.
        """
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                digest = sha256(b"%d " % size + file.read(_ENDS))
                file.seek(max(0, size - _ENDS))
                digest.update(file.read(_ENDS))
        except OSError as error:
            raise DumpBroken(f"{path} cannot be read ({error.strerror}).") from error
        day = made_on or dated(path.name)
        if day is None:
            raise DumpBroken(
                f"The name {path.name} does not say of which day the dump is: keep Discogs' name, such as "
                "discogs_20261101_releases.xml.gz, or give the day with --date 2026-11-01."
            )
        return cls(path, day, size, digest.hexdigest())

    def open(self) -> io.BufferedReader:
        """Return the file from its beginning."""
        return self.path.open("rb")

    def verify(self, file: io.BufferedReader) -> None:
        """Do nothing: that a file on this machine is whole, its own checksum has shown.

        Raises:
            DumpBroken: it is not what its maker says.
        """

    def blocks(self, start: int = 0, after: int | None = None) -> Iterator[Block]:
        """Yield the releases that begin at `start` of the unpacked XML or later; `after` numbers the one before.

        On the way to `start` there are blocks without releases, as a sign of life.

        Raises:
            DumpBroken: the file is damaged, ends too early, or is something else.
        """
        with self.open() as file:
            unpacked = gzip.GzipFile(fileobj=file) if file.peek(2).startswith(_PACKED) else file
            text = self._more(file, unpacked, after)
            offset = self._begin(text)
            rest = text[offset:]
            while text and offset + len(rest) < start:
                offset += len(rest)
                yield Block([], after, offset, file.tell())
                rest = text = self._more(file, unpacked, after)
            rest, offset = rest[max(0, start - offset) :], max(start, offset)
            while text:
                *parts, rest = rest.split(END)
                offset += sum(map(len, parts)) + len(END) * len(parts)
                releases = self._numbered(parts, file.tell(), after)
                yield Block(releases, after, offset, file.tell())
                after = releases[-1][0] if releases else after
                text = self._more(file, unpacked, after)
                rest += text
                if len(rest) > LONGEST:
                    raise DumpBroken(f"{self.path.name} goes on without releases {self.place(file.tell(), after)}.")
            if rest.strip() != _LAST:
                raise self._cut_off(file, after)
            self.verify(file)

    def place(self, read: int, after: int | None) -> str:
        """Return where in the file something was found, for a sentence; `after` numbers the release before it."""
        before = "before its first release" if after is None else f"after release {after}"
        return f"near byte {read:,} of {self.size:,}, {before}"

    def broken_xml(self, read: int, after: int | None, why: object) -> DumpBroken:
        """Return what says that the release there cannot be read."""
        return DumpBroken(f"{self.path.name} holds broken XML {self.place(read, after)} ({why}). {_AGAIN}")

    def _numbered(self, parts: list[bytes], read: int, after: int | None) -> list[tuple[int, bytes]]:
        releases: list[tuple[int, bytes]] = []
        for part in parts:
            found = _NUMBER.match(part)
            if found is None:
                last = releases[-1][0] if releases else after
                raise self.broken_xml(read, last, "something else than a release with a number")
            releases.append((int(found[2]), part[found.end(1) :]))
        return releases

    def _more(self, file: BinaryIO, unpacked: BinaryIO | gzip.GzipFile, after: int | None) -> bytes:
        """Return the next bytes of XML, b"" at the end."""
        try:
            return unpacked.read(BLOCK)
        except EOFError as error:
            raise self._cut_off(file, after) from error
        except (OSError, zlib.error) as error:
            place = self.place(file.tell(), after)
            raise DumpBroken(f"{self.path.name} is damaged {place} ({error}). {_AGAIN}") from error

    def _cut_off(self, file: BinaryIO, after: int | None) -> DumpBroken:
        return DumpBroken(f"{self.path.name} ends too early, {self.place(file.tell(), after)}. {_AGAIN}")

    def _begin(self, text: bytes) -> int:
        """Return where in the XML the first release begins."""
        declaration = _DECLARATION.match(text)
        begin, said = (declaration.end(), (declaration[1] or b"").lower()) if declaration else (0, b"")
        root = _ROOT.match(text, begin)
        if root and (b"encoding" not in said or b"utf-8" in said):
            return root.end()
        element = _ELEMENT.match(text, begin)
        what = f"begins with <{element[1].decode()}>" if element else "is another kind of file" if text else "is empty"
        if root:
            what = "is not in UTF-8"
        raise DumpBroken(f"{self.path.name} is no dump of Discogs releases: it {what}. {_GET}")


def dated(name: str) -> date | None:
    """Return the day in a name such as `discogs_20261101_releases.xml.gz`, None when there is none."""
    for digits in _DATED.findall(name):
        try:
            return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007 - a day, not a time
        except ValueError:
            continue
    return None
