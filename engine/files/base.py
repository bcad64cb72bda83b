"""The contract of a file store. Every file has an address `gs://bucket/object`, in the cloud and in a folder alike."""

from __future__ import annotations

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

    def create(self, path: str, content: bytes) -> bool:
        """Write `content` durably where there is nothing yet; return False, writing nothing, where there is."""
        ...


def split(path: str) -> tuple[str, str] | None:
    """Return bucket and object of `gs://bucket/object`; None when `path` is not such an address, or not printable."""
    scheme, found, rest = path.partition("gs://")
    bucket, slash, name = rest.partition("/")
    if scheme or not found or not bucket or not slash or not name or name.endswith("/"):
        return None
    if any(ord(letter) < 32 or letter == "\x7f" for letter in path):
        return None
    return None if {".", "..", ""} & {bucket, *name.split("/")} else (bucket, name)
