"""The monthly dumps as Discogs publishes them: the newest one, its checksum, and its releases as a stream.

`{address}/?prefix=data/2026/` lists the files of a year, as a page of data.discogs.com or as the XML of a bucket;
`{address}/?download=data/2026/discogs_20261101_releases.xml.gz` is a file, which may be on another host.
`discogs_20261101_CHECKSUM.txt` holds lines of a SHA-256 and a name. The bucket itself cannot be listed by everybody.

Source: https://data.discogs.com (read 2026-11).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from engine.catalog.download import Download, Link
from engine.catalog.dump import Dump, dated
from engine.errors import DownloadFailed, DumpBroken

_NAME = re.compile(r"discogs_20\d{6}_releases\.xml\.gz")
_LINE = re.compile(r"^([0-9a-fA-F]{64})\s+\*?(\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A dump at its address; `sha256` is "" where none is published."""

    url: str
    name: str
    made_on: date
    sha256: str = ""

    def opened(self, link: Link) -> StreamedDump:
        """Return the dump as a stream that has begun.

        Raises:
            DownloadFailed: it is not there.
        """
        stream = Download(link, self.url)
        return StreamedDump(Path(self.name), self.made_on, stream.size, stream.mark, stream, self.sha256)


@dataclass(frozen=True, slots=True)
class StreamedDump(Dump):
    """A dump that is read once, while it comes in, and compared with the checksum that is published with it."""

    stream: Download
    sha256: str

    def open(self) -> io.BufferedReader:
        """Return the stream."""
        return io.BufferedReader(self.stream, 1 << 18)

    def verify(self, file: io.BufferedReader) -> None:
        """Compare what was read with the published checksum.

        Raises:
            DumpBroken: it differs.
        """
        while file.read(1 << 18):
            pass
        if self.sha256 and self.stream.digest != self.sha256:
            raise DumpBroken(
                f"{self.path.name} has not the checksum that Discogs gives: {self.stream.digest[:12]}… instead of "
                f"{self.sha256[:12]}…. It is not used, and the catalogue in use stays as it is. Try again later."
            )


def newest(link: Link, address: str, today: date) -> Listed:
    """Return the newest dump of this year or the last one.

    Raises:
        DownloadFailed: none is listed, or the list cannot be had.
    """
    for year in (today.year, today.year - 1):
        listing = link.text(f"{address.rstrip('/')}/?prefix={quote(f'data/{year}/', safe='')}") or ""
        known = {name: day for name in _NAME.findall(listing) if (day := dated(name)) and day.year == year}
        if known:
            name = max(known, key=lambda name: known[name])
            sums = link.text(_file(address, year, name.replace("releases.xml.gz", "CHECKSUM.txt"))) or ""
            checksums = {place.rpartition("/")[2]: checksum.lower() for checksum, place in _LINE.findall(sums)}
            return Listed(_file(address, year, name), name, known[name], checksums.get(name, ""))
    raise DownloadFailed(f"{address} lists no dump of releases. Check DISCOGS_DUMP_URL.")


def _file(address: str, year: int, name: str) -> str:
    return f"{address.rstrip('/')}/?download={quote(f'data/{year}/{name}', safe='')}"
