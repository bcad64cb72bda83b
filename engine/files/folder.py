"""Files in a folder, for a laptop and for tests: `gs://bucket/object` is `ROOT/bucket/object`.

A link below ROOT is never followed, neither to read nor to write: what lies outside is nobody's upload. Folders are
opened one in the other, so that nothing can be exchanged for a link on the way. ROOT itself may be a link.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

from engine.addresses import split
from engine.errors import FileMissing, FilesAway
from engine.files.base import Blob

HOME_BUCKET = "draft-maker"
NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO})
_ROOT = os.O_RDONLY | os.O_DIRECTORY
_FOLDER = _ROOT | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe is not waited for
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


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
        with self._opened(path) as descriptor:
            found = os.fstat(descriptor)
        return Blob(path, found.st_mtime_ns, found.st_size)

    def read(self, path: str, generation: int | None = None) -> bytes:
        """Return the content at `path`; see `Files.read`."""
        with self._opened(path) as descriptor:
            with os.fdopen(os.dup(descriptor), "rb") as file:
                content = file.read()
            now = os.fstat(descriptor).st_mtime_ns
        if generation is not None and now != generation:
            raise FileMissing(f"{path} was replaced by another file since it was looked at")
        return content

    def list(self, prefix: str, most: int) -> list[str]:
        """Return the first addresses that begin with `prefix`; see `Files.list`."""
        home, _, start = prefix.rpartition("/")
        bucket, *folders, _ = self._parts(f"{prefix}*")
        with self._translated(home), self._folder([bucket]):
            pass
        try:
            with self._translated(home), self._folder([bucket, *folders]) as folder, os.scandir(folder) as found:
                names = sorted(entry.name for entry in found if entry.is_file(follow_symlinks=False))
        except FileMissing:
            return []
        return [f"{home}/{name}" for name in names if name.startswith(start)][:most]

    def walk(self, folder: str, most: int, after: str = "") -> Sequence[str]:
        """Return the first addresses below `folder` that follow `after`; see `Files.walk`."""
        home = folder.removesuffix("/")
        bucket, *folders, _ = self._parts(f"{folder}*")
        with self._translated(home), self._folder([bucket]):
            pass
        found: list[str] = []
        with suppress(FileMissing), self._translated(home), self._folder([bucket, *folders]) as descriptor:
            for place, _, names, here in os.fwalk(".", dir_fd=descriptor):
                address = "/".join((home, *place.split("/")[1:]))
                own = (name for name in names if S_ISREG(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode))
                found += [f"{address}/{name}" for name in own]
        return sorted(path for path in found if path > after)[:most]

    def create(self, path: str, content: bytes) -> bool:
        """Write `content` where there is nothing yet; see `Files.create`."""
        *folders, name = self._parts(path)
        with self._usable():
            self._root.mkdir(parents=True, exist_ok=True)
        with self._translated(path, wanted="cannot be written"), self._folder(folders, make=True) as folder:
            fresh = f".new-{secrets.token_hex(8)}"
            try:
                with os.fdopen(os.open(fresh, _FRESH, 0o600, dir_fd=folder), "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.link(fresh, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            except FileExistsError:
                return False
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(fresh, dir_fd=folder)
            os.fsync(folder)  # its names outlive a power cut
        return True

    def delete(self, path: str) -> None:
        """Take away what lies at `path`; see `Files.delete`. A link goes, and what it leads to stays."""
        bucket, *folders, name = self._parts(path)
        with self._translated(path, wanted="cannot be deleted"), self._folder([bucket]):
            pass
        with suppress(FileMissing), self._translated(path), self._folder([bucket, *folders]) as folder:
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)

    @staticmethod
    def _parts(path: str) -> tuple[str, ...]:
        """Return the folders of an address and its last name."""
        parts = split(path)
        if parts is None:
            raise FileMissing(f"{path} is not an address of the form gs://bucket/object")
        bucket, name = parts
        return (bucket, *name.split("/"))

    @contextmanager
    def _opened(self, path: str) -> Iterator[int]:
        """Lend the file at `path`, opened."""
        *folders, name = self._parts(path)
        with self._translated(path), self._folder(folders) as folder:
            descriptor = os.open(name, _FILE, dir_fd=folder)
            try:
                if not S_ISREG(os.fstat(descriptor).st_mode):
                    raise FileMissing(f"{path} is a folder, or no file that can be read as one")
                yield descriptor
            finally:
                os.close(descriptor)

    @contextmanager
    def _folder(self, names: Sequence[str], *, make: bool = False) -> Iterator[int]:
        """Lend the folder of those names below ours, opened; with `make` it is made where there is none."""
        descriptor = os.open(self._root, _ROOT)
        try:
            for name in names:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(name, dir_fd=descriptor)
                outer, descriptor = descriptor, os.open(name, _FOLDER, dir_fd=descriptor)
                os.close(outer)
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _translated(self, path: str, wanted: str = "was not found") -> Iterator[None]:
        with self._usable():
            try:
                yield
            except OSError as error:
                if error.errno not in NOT_THERE:
                    raise
                self._look()
                raise FileMissing(self._reason(path, wanted, error)) from error

    def _reason(self, path: str, wanted: str, error: OSError) -> str:
        """Say why nothing is at an address, and how to mend it."""
        if error.errno == errno.ENAMETOOLONG:
            return f"{path} {wanted}: the name is longer than a file's can be"
        place = self._root
        for name in path.removeprefix("gs://").split("/"):
            place /= name
            if place.is_symlink():
                return f"{path} {wanted}: links in the file store are not followed, put the file itself there"
        return f"{path} {wanted}"

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
