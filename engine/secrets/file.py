"""Secrets in one encrypted file, for a desk. Several processes may use it at once."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from engine.codec import decode_json, to_json_text
from engine.errors import DocumentBroken, SecretsAway, SecretsLocked
from engine.secrets.keys import OWNER_ONLY, Key

OWNER_FOLDER = 0o700


class FileSecrets:
    """The secrets in `folder`, all in one file encrypted with `key`. The folder is made with the first secret."""

    def __init__(self, folder: Path, key: Key) -> None:
        self._folder = folder
        self._path = folder / "secrets"
        self._key = key

    def get(self, name: str) -> str | None:
        """Return a secret; see `SecretStore.get`."""
        with self._usable():
            return self._read().get(name)

    def put(self, name: str, value: str) -> None:
        """Keep a secret; see `SecretStore.put`."""
        with self._usable(), self._locked():
            self._write({**self._read(), name: value})

    def delete(self, name: str) -> None:
        """Forget a secret; see `SecretStore.delete`."""
        with self._usable():
            if name not in self._read():
                return
            with self._locked():
                self._write({other: value for other, value in self._read().items() if other != name})

    def _read(self) -> dict[str, str]:
        """Return all secrets, {} before the first."""
        try:
            encrypted = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        key = self._key.read()
        if key is None:
            raise SecretsLocked(self._lost(f"Its key is not at {self._key.place}"))
        try:
            return decode_json(dict[str, str], Fernet(key).decrypt(encrypted), str(self._path))
        except (InvalidToken, ValueError, DocumentBroken) as error:
            raise SecretsLocked(self._lost(f"The key at {self._key.place} does not open it")) from error

    def _write(self, secrets: dict[str, str]) -> None:
        """Replace the file in one step."""
        key = self._key.read() or self._key.make()
        made, name = tempfile.mkstemp(dir=self._folder, prefix="new-")
        try:
            with os.fdopen(made, "wb") as file:
                os.fchmod(file.fileno(), OWNER_ONLY)
                file.write(Fernet(key).encrypt(to_json_text(secrets)))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one writer at a time in, of all threads and processes."""
        self._folder.mkdir(mode=OWNER_FOLDER, parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """Say in our words what is wrong with the folder."""
        try:
            yield
        except OSError as error:
            raise SecretsAway(f"The secrets in {self._folder} cannot be used: {error.strerror or error}.") from error

    def _lost(self, why: str) -> str:
        return (
            f"The file of secrets {self._path} cannot be opened. {why}. Put the right key there, or delete the file "
            "and connect anew on the Connections screen."
        )
