"""Files in a folder, for a laptop and for tests: `gs://bucket/object` is `ROOT/bucket/object`."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

from engine.addresses import split
from engine.errors import FileMissing, FilesAway
from engine.files.base import Blob

HOME_BUCKET = "draft-maker"
NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP})


class FolderFiles:
    """The file store in the folder `root`. A file's generation is its time of change in nanoseconds."""

    home = f"gs://{HOME_BUCKET}"

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen = False  # whether there was a folder

    def check(self) -> None:
        """Return when the folder can be used, or is yet to be made; see `Files.check`."""
        with self._usable():
            self._look()

    def stat(self, path: str) -> Blob:
        """Return what lies at `path`; see `Files.stat`."""
        with self._translated(path):
            found = self._place(path).stat()
        if not S_ISREG(found.st_mode):
            raise FileMissing(f"{path} is a folder, not a file")
        return Blob(path, found.st_mtime_ns, found.st_size)

    def read(self, path: str, generation: int | None = None) -> bytes:
        """Return the content at `path`; see `Files.read`."""
        with self._translated(path):
            content = self._place(path).read_bytes()
        if generation is not None and self.stat(path).generation != generation:
            raise FileMissing(f"{path} was replaced by another file since it was looked at")
        return content

    def list(self, prefix: str, most: int) -> list[str]:
        """Return the first addresses that begin with `prefix`; see `Files.list`."""
        home, _, start = prefix.rpartition("/")
        folder = self._place(f"{prefix}*").parent
        with self._translated(home):
            self._root.joinpath(prefix.split("/")[2]).stat()
        with self._usable():
            found = folder.iterdir() if folder.is_dir() else ()
            names = sorted(entry.name for entry in found if entry.name.startswith(start) and entry.is_file())
        return [f"{home}/{name}" for name in names[:most]]

    def create(self, path: str, content: bytes) -> bool:
        """Write `content` where there is nothing yet; see `Files.create`."""
        place = self._place(path)
        with self._usable():
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".new-") as fresh:
                fresh.write(content)
                fresh.flush()
                os.fsync(fresh.fileno())
                try:
                    os.link(fresh.name, place)
                except FileExistsError:
                    return False
            _make_durable(place.parent)
        return True

    def _place(self, path: str) -> Path:
        parts = split(path)
        if parts is None:
            raise FileMissing(f"{path} is not an address of the form gs://bucket/object")
        return self._root.joinpath(*parts)

    @contextmanager
    def _translated(self, path: str) -> Iterator[None]:
        with self._usable():
            try:
                yield
            except OSError as error:
                if error.errno not in NOT_THERE:
                    raise
                self._look()
                raise FileMissing(f"{path} was not found") from error

    def _look(self) -> None:
        """Raise what keeps the folder from being read; one that was never there is yet to be made."""
        try:
            os.scandir(self._root).close()
        except FileNotFoundError:
            if self._seen:
                raise
        else:
            self._seen = True

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FilesAway(f"the folder {self._root} cannot be used ({error.strerror})") from error


def _make_durable(folder: Path) -> None:
    """Have the names in `folder` outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
