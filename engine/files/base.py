"""The contract of a file store. Every file has an address `gs://bucket/object`, in the cloud and in a folder alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as it was found: its size in bytes and its generation, which changes whenever its content does."""

    path: str
    generation: int
    size: int


class Files(Protocol):
    """A store of files. Every method raises FilesAway when the store does not answer."""

    @property
    def home(self) -> str:
        """Return the address under which our own files lie, without a slash at its end."""
        ...

    def check(self) -> None:
        """Return when the store can be used.

        Raises:
            FileError: it cannot.
        """
        ...

    def stat(self, path: str) -> Blob:
        """Return what lies at `path`.

        Raises:
            FileMissing: there is no such bucket or object.
        """
        ...

    def read(self, path: str, generation: int | None = None) -> bytes:
        """Return the whole content at `path`; with a `generation` exactly that one.

        Raises:
            FileMissing: there is no such bucket, object or generation.
        """
        ...

    def list(self, prefix: str, most: int) -> list[str]:
        """Return the addresses of the first `most` objects that begin with `prefix`, sorted by name.

        `prefix` is an address or the beginning of one, its bucket whole. What lies in folders further down is left out.

        Raises:
            FileMissing: there is no such bucket.
        """
        ...

    def walk(self, folder: str, most: int, after: str = "") -> Sequence[str]:
        """Return the addresses of the first `most` objects at any depth below `folder`, sorted, that follow `after`.

        `folder` is an address with a slash at its end. Where nothing lies there, nothing is returned.

        Raises:
            FileMissing: there is no such bucket.
        """
        ...

    def delete(self, path: str) -> None:
        """Take away what lies at `path`, for good; where nothing lies there, nothing happens.

        Raises:
            FileMissing: there is no such bucket.
        """
        ...

    def create(self, path: str, content: bytes) -> bool:
        """Write `content` durably where there is nothing yet; return False, writing nothing, where there is."""
        ...
