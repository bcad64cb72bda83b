"""MusicBrainz' dump of releases, read as a stream: memory does not grow with the file.

`release.tar.xz` (23 GB) holds `TIMESTAMP` and `mbdump/release`, one JSON object a line in the form of the web service's
release. `{address}/LATEST` names the newest folder; `SHA256SUMS` in it holds lines of a checksum and a name.

Source: https://musicbrainz.org/doc/Development/JSON_Data_Dumps, licence CC0 for what is read here (read 2026-11).
"""

from __future__ import annotations

import contextlib
import io
import lzma
import re
import tarfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from engine.catalog.download import Download, Link
from engine.errors import DownloadFailed, DumpBroken

NAME = "release.tar.xz"
LONGEST = 64 << 20  # bytes of one release; the longest ones have a few megabytes
_RELEASES = "mbdump/release"
_XZ = b"\xfd7zXZ\x00"
_BLOCK = 1 << 20
_FOLDER = re.compile(r"20\d{6}-\d{6}")
_SUM = re.compile(rf"^([0-9a-fA-F]{{64}})\s+\*?{re.escape(NAME)}\s*$", re.MULTILINE)
_GET = f"Get {NAME} from the newest folder of https://data.metabrainz.org/pub/musicbrainz/data/json-dumps."


class MusicBrainzDump:
    """A dump that is read once; `name` is the dump's, `size` is in bytes, `made_on` None until it was told.

    `sha256` is what it should have, "" where nobody says.
    """

    def __init__(self, name: str, file: io.RawIOBase, size: int, made_on: date | None = None, sha256: str = "") -> None:
        self.name = name
        self.size = size
        self.made_on = made_on
        self._raw = file
        self._file = io.BufferedReader(file, _BLOCK)
        self._sha256 = sha256

    @property
    def read(self) -> int:
        """Return how many bytes of it were read."""
        return self._raw.tell()

    def lines(self) -> Iterator[bytes]:
        """Yield one release after the other.

        Raises:
            DumpBroken: it is damaged, ends too early, is something else, or has not its checksum.
            DownloadFailed, ImportStopped: it cannot be read any more.
        """
        file = self._file
        try:
            if file.peek(6).startswith(_XZ):
                with lzma.LZMAFile(file) as unpacked:
                    yield from self._members(io.BufferedReader(cast("io.RawIOBase", unpacked), _BLOCK))
            else:
                yield from self._members(file)
            _drain(file)
        except (lzma.LZMAError, EOFError, tarfile.TarError, OSError) as error:
            raise DumpBroken(
                f"{self.name} is damaged near byte {self.read:,} of {self.size:,} ({error}). {_GET}"
            ) from error
        self._verify()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _members(self, file: io.BufferedReader[Any]) -> Iterator[bytes]:
        return self._split(file) if file.peek(1).startswith(b"{") else self._unpacked(file)

    def _unpacked(self, file: io.BufferedReader[Any]) -> Iterator[bytes]:
        found = False
        with tarfile.open(fileobj=file, mode="r|", bufsize=_BLOCK) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content and Path(member.name).name == "TIMESTAMP":
                    self._dated(content.read(10))
                elif content and member.name.removeprefix("./") == _RELEASES:
                    found = True
                    yield from self._split(content)
        _drain(file)
        if not found:
            raise DumpBroken(f"{self.name} is no dump of MusicBrainz releases: {_RELEASES} is not in it. {_GET}")

    def _split(self, file: IO[bytes]) -> Iterator[bytes]:
        while line := file.readline(LONGEST):
            if len(line) == LONGEST:
                raise DumpBroken(f"{self.name} goes on without the end of a line near byte {self.read:,}. {_GET}")
            yield line

    def _dated(self, text: bytes) -> None:
        with contextlib.suppress(ValueError):
            self.made_on = date.fromisoformat(text.decode("ascii", "replace"))

    def _verify(self) -> None:
        if self._sha256 and isinstance(self._raw, Download) and self._raw.digest != self._sha256:
            raise DumpBroken(
                f"{self.name} has not the checksum that MusicBrainz gives. It is not used; try again later."
            )


def _drain(file: io.BufferedReader[Any]) -> None:
    """Read what is left, so that checksums are compared."""
    while file.read(_BLOCK):
        pass


def at(path: Path) -> MusicBrainzDump:
    """Return the dump in a file: `release.tar.xz`, or the lines in it.

    Raises:
        DumpBroken: it cannot be read.
    """
    if path.exists() and not path.is_file():
        raise DumpBroken(f"{path} is no file.")
    try:
        return MusicBrainzDump(path.name, path.open("rb", buffering=0), path.stat().st_size)
    except OSError as error:
        raise DumpBroken(f"{path} cannot be read ({error.strerror}).") from error


def newest(link: Link, address: str) -> str:
    """Return the folder of the newest dump: `20261125-001001`.

    Raises:
        DownloadFailed: none is named, or the address cannot be read.
    """
    found = _FOLDER.search(link.text(f"{address.rstrip('/')}/LATEST") or "")
    if found is None:
        raise DownloadFailed(f"{address} names no newest dump. Check MUSICBRAINZ_DUMP_URL.")
    return found[0]


def streamed(link: Link, address: str, folder: str) -> MusicBrainzDump:
    """Return the dump in a folder as a stream that has begun.

    Raises:
        DownloadFailed: it is not there.
    """
    place = f"{address.rstrip('/')}/{folder}"
    checksum = _SUM.search(link.text(f"{place}/SHA256SUMS") or "")
    stream = Download(link, f"{place}/{NAME}")
    day = date.fromisoformat(f"{folder[:4]}-{folder[4:6]}-{folder[6:8]}")
    return MusicBrainzDump(folder, stream, stream.size, day, checksum[1].lower() if checksum else "")
