"""The rows of a batch: its file, pinned, and cut into pieces that can be read one at a time.

A batch keeps a copy of its file, so that it goes on with the very content it began with whatever becomes of the
original. The rows lie beside it as JSON lines, `ROWS_A_PIECE` a piece: a worker and a screen read the piece they need.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from engine.codec import decode_json, encode_json
from engine.domain.batch.progress import PinnedFile
from engine.domain.batch.rows import Carried, Row
from engine.errors import FileMissing, UnreadableFile
from engine.files.base import Files

ROWS_A_PIECE = 1_000
MOST_PIECES = 10_000  # of one batch


class RowFiles:
    """The pinned file and the rows of every batch."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._piece = lru_cache(maxsize=4)(self._read)

    def pin(self, job_id: str, source: str, *, at_most: int) -> tuple[bytes, PinnedFile]:
        """Return the content that `job_id` began with, and which copy of it; it is copied at the first call.

        Raises:
            FileMissing: the source is not there, and there is no copy of it yet.
            UnreadableFile: it is larger than `at_most` bytes.
        """
        copy = f"{self._home(job_id)}/source"
        if not self._exists(copy):
            found = self._files.stat(source)
            if found.size > at_most:
                limit = at_most // 1_000_000
                raise UnreadableFile(f"{source} has {found.size / 1e6:.0f} MB; the limit is {limit} MB: split the file")
            self._files.create(copy, self._files.read(source, found.generation))
        pinned = self._files.stat(copy)
        content = self._files.read(copy, pinned.generation)
        digest = hashlib.sha256(content).hexdigest()
        return content, PinnedFile(copy, pinned.generation, pinned.size, digest)

    def write(self, job_id: str, rows: Iterable[Row]) -> int:
        """Store the rows of a batch, in order and from index 0; return how many there are. Again is harmless."""
        remaining, number, total = iter(rows), 0, 0
        while piece := list(islice(remaining, ROWS_A_PIECE)):
            self._files.create(self._place(job_id, number), b"\n".join(map(encode_json, piece)))
            number, total = number + 1, total + len(piece)
        return total

    def read(self, job_id: str, start: int, stop: int) -> Iterator[Row]:
        """Return the rows from index `start` up to and without `stop`, a piece at a time.

        Raises:
            FileMissing: the batch has not been opened, or rows of it were deleted.
        """
        for number in range(start // ROWS_A_PIECE, -(-stop // ROWS_A_PIECE)):
            first = number * ROWS_A_PIECE
            wanted = range(max(start, first), min(stop, first + ROWS_A_PIECE))
            lines = self._piece(job_id, number)[wanted.start - first : wanted.stop - first]
            if len(lines) < len(wanted):
                raise FileMissing(f"the rows {wanted.start} to {wanted.stop - 1} of {job_id} are not all there")
            place = self._place(job_id, number)
            yield from (decode_json(Row, line, place) for line in lines)

    def delete(self, job_id: str) -> None:
        """Take away what is kept of a batch: its copy of the file, and its rows. Again is harmless.

        Raises:
            FilesAway: the file store does not answer; what is left goes when it is asked for again.
        """
        for path in self.kept(job_id):
            self._files.delete(path)

    def kept(self, job_id: str) -> list[str]:
        """Return the addresses of what is kept of a batch, its rows first; nothing where there is no bucket."""
        place = f"{self._home(job_id)}/"
        try:
            return [*self._files.list(f"{place}rows/", MOST_PIECES), *self._files.list(place, MOST_PIECES)]
        except FileMissing:
            return []

    def carried(self, path: str) -> tuple[Carried, ...]:
        """Return what the rows of a batch have from the batch in which they failed, in their order.

        Raises:
            FileMissing: nothing lies at `path`.
        """
        return decode_json(tuple[Carried, ...], self._files.read(path), path)

    def _read(self, job_id: str, number: int) -> list[bytes]:
        return self._files.read(self._place(job_id, number)).split(b"\n")

    def _exists(self, path: str) -> bool:
        try:
            self._files.stat(path)
        except FileMissing:
            return False
        return True

    def _place(self, job_id: str, number: int) -> str:
        return f"{self._home(job_id)}/rows/{number:05d}.jsonl"

    def _home(self, job_id: str) -> str:
        return f"{self._files.home}/batches/{job_id}"
