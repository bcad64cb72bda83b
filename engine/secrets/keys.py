"""The key that the file of secrets is encrypted with: a file of its own, or an entry of the operating system's keyring.

Source: https://cryptography.io/en/latest/fernet, https://keyring.readthedocs.io (read 2026-11).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet

from engine.errors import SecretsLocked

SERVICE = "Draft Maker"
OWNER_ONLY = 0o600


class Key(Protocol):
    """Where the key is kept. One process at a time makes it."""

    @property
    def place(self) -> str:
        """Return where that is, as an operator reads it."""
        ...

    def read(self) -> bytes | None:
        """Return the key; None where there is none yet.

        Raises:
            SecretsLocked: it cannot be read.
        """
        ...

    def make(self) -> bytes:
        """Make a key, keep it, and return it.

        Raises:
            SecretsLocked: it cannot be kept.
        """
        ...


class KeyFile:
    """A key in a file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """Return the path of the file."""
        return str(self._path)

    def read(self) -> bytes | None:
        """Return the key; see `Key.read`."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretsLocked(f"The key {self._path} cannot be read: {error.strerror}.") from error

    def make(self) -> bytes:
        """Make a key; see `Key.make`."""
        key = Fernet.generate_key()
        try:
            made = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
            with os.fdopen(made, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SecretsLocked(f"The key {self._path} cannot be written: {error.strerror}.") from error
        return key


class KeyringKey:
    """A key in the keyring of the operating system, by the folder of the secrets that it opens."""

    def __init__(self, folder: Path) -> None:
        self._account = str(folder.resolve())

    @property
    def place(self) -> str:
        """Return the entry of the keyring."""
        return f"the keyring's entry “{SERVICE}” for {self._account}"

    def read(self) -> bytes | None:
        """Return the key; see `Key.read`."""
        import keyring

        with _asked():
            found = keyring.get_password(SERVICE, self._account)
        return found.encode() if found else None

    def make(self) -> bytes:
        """Make a key; see `Key.make`."""
        import keyring

        key = Fernet.generate_key()
        with _asked():
            keyring.set_password(SERVICE, self._account, key.decode())
        return key


@contextmanager
def _asked() -> Iterator[None]:
    """Say in our words why the keyring does not help."""
    from keyring.errors import KeyringError

    try:
        yield
    except KeyringError as error:
        raise SecretsLocked(
            f"The keyring of this machine cannot be used ({type(error).__name__}). Unlock it, or set DM_SECRETS to a "
            "folder like file:var/secrets."
        ) from error
