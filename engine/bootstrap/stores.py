"""The stores that an address means: of jobs, of files, of secrets. A laptop does without Google's libraries."""

from __future__ import annotations

from engine.addresses import (
    FirestoreAddress,
    FolderAddress,
    SecretsFileAddress,
    SqliteAddress,
    files_address,
    secrets_address,
    store_address,
)
from engine.clock import Clock
from engine.files.base import Files
from engine.files.folder import FolderFiles
from engine.secrets.base import SecretStore
from engine.settings import Settings
from engine.store.base import Store
from engine.store.measured import Measured
from engine.store.sqlite import SQLiteStore


def open_store(address: str, clock: Clock) -> Store:
    """Return the job store at `address`, written as in `DM_STORE`.

    Raises:
        BadSetting: the address means no store.
    """
    match store_address(address):
        case SqliteAddress(path):
            return SQLiteStore(path, clock)
        case FirestoreAddress(project, database):
            from engine.store.firestore import FirestoreStore

            return FirestoreStore(project, database)


def measured_store(settings: Settings, clock: Clock) -> Store:
    """Return the job store of the settings, measured where metrics are told.

    Raises:
        BadSetting: its address means no store.
    """
    store = open_store(settings.store, clock)
    return Measured(store) if settings.metrics_exporter != "none" else store


def open_files(address: str) -> Files:
    """Return the file store at `address`, written as in `DM_FILES`.

    Raises:
        BadSetting: the address means no file store.
    """
    where = files_address(address)
    if isinstance(where, FolderAddress):
        return FolderFiles(where.folder)
    from engine.files.gcs import CloudFiles

    return CloudFiles(where.home)


def open_secrets(address: str) -> SecretStore:
    """Return the store of secrets at `address`, written as in `DM_SECRETS`.

    Raises:
        BadSetting: the address means no store of secrets.
    """
    where = secrets_address(address)
    if isinstance(where, SecretsFileAddress):
        from engine.secrets.file import FileSecrets
        from engine.secrets.keys import KeyFile, KeyringKey

        key = KeyringKey(where.folder) if where.keyring else KeyFile(where.folder / "key")
        return FileSecrets(where.folder, key)
    from engine.secrets.cloud import CloudSecrets

    return CloudSecrets(where.project, where.prefix)
