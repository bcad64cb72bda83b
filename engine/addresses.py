"""Addresses of stores and of files, as settings and operators write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadSetting

LONGEST_NAME = 1_024  # bytes


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """`sqlite:///var/draftmaker.db`: a job store in one file."""

    path: Path


@dataclass(frozen=True, slots=True)
class FirestoreAddress:
    """`firestore://PROJECT/DATABASE`: a job store in the cloud."""

    project: str
    database: str


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """`file:var/files`: a file store in a folder, with a folder in it for each bucket."""

    folder: Path


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """`gs://BUCKET/PREFIX`: a file store in the cloud. `home` is the address without a slash at its end."""

    home: str

    @property
    def bucket(self) -> str:
        """Return the name of the bucket."""
        return self.home.removeprefix("gs://").partition("/")[0]


@dataclass(frozen=True, slots=True)
class SecretsFileAddress:
    """`file:var/secrets` or `keyring:var/secrets`: an encrypted file in a folder, its key beside it or in a keyring."""

    folder: Path
    keyring: bool = False


@dataclass(frozen=True, slots=True)
class SecretManagerAddress:
    """`gcp://PROJECT/PREFIX`: secrets in the cloud whose names begin with the prefix, `draft-maker` without one."""

    project: str
    prefix: str = "draft-maker"


StoreAddress = SqliteAddress | FirestoreAddress
FilesAddress = FolderAddress | CloudAddress
SecretsAddress = SecretsFileAddress | SecretManagerAddress


def store_address(setting: str) -> StoreAddress:
    """Return what `DM_STORE` means.

    Raises:
        BadSetting: it means no job store.
    """
    if setting.startswith("sqlite:///") and (place := setting.removeprefix("sqlite:///")):
        return SqliteAddress(Path(place))
    project, _, database = setting.removeprefix("firestore://").partition("/")
    if setting.startswith("firestore://") and project and database and "/" not in database:
        return FirestoreAddress(project, database)
    raise BadSetting(
        f"DM_STORE is {setting!r}; it must look like sqlite:///var/draftmaker.db or firestore://PROJECT/DATABASE"
    )


def files_address(setting: str) -> FilesAddress:
    """Return what `DM_FILES` means.

    Raises:
        BadSetting: it means no file store.
    """
    if setting.startswith("file:") and (place := setting.removeprefix("file:")):
        return FolderAddress(Path(place))
    home = setting.removesuffix("/")
    if split(f"{home}/name") is None:
        raise BadSetting(f"DM_FILES is {setting!r}; it must look like file:var/files or gs://BUCKET/PREFIX")
    return CloudAddress(home)


def secrets_address(setting: str) -> SecretsAddress:
    """Return what `DM_SECRETS` means.

    Raises:
        BadSetting: it means no store of secrets.
    """
    kind, _, place = setting.partition(":")
    if kind in {"file", "keyring"} and place:
        return SecretsFileAddress(Path(place), keyring=kind == "keyring")
    project, *prefix = setting.removeprefix("gcp://").split("/")
    if setting.startswith("gcp://") and project and len(prefix) <= 1 and "" not in prefix:
        return SecretManagerAddress(project, *prefix)
    raise BadSetting(
        f"DM_SECRETS is {setting!r}; it must look like file:var/secrets, keyring:var/secrets or gcp://PROJECT"
    )


def usual_secrets(store: str) -> str:
    """Return where secrets are kept unless `DM_SECRETS` says otherwise: beside the job store."""
    kind, _, place = store.partition("://")
    if kind == "firestore":
        return f"gcp://{place.partition('/')[0]}"
    return f"file:{Path(place.removeprefix('/')).parent / 'secrets'}"


def split(path: str) -> tuple[str, str] | None:
    """Return bucket and object of `gs://bucket/object`; None when `path` is not such an address.

    Control characters, what is no text, `.` and `..` are in no address, nor is an object's name of more than 1,024
    bytes (https://cloud.google.com/storage/docs/objects#naming, read 2026-11).
    """
    scheme, found, rest = path.partition("gs://")
    bucket, slash, name = rest.partition("/")
    if scheme or not found or not bucket or not slash or not name or name.endswith("/"):
        return None
    if any(ord(letter) < 32 or letter == "\x7f" or "\ud800" <= letter <= "\udfff" for letter in path):
        return None
    if len(name.encode()) > LONGEST_NAME or {".", "..", ""} & {bucket, *name.split("/")}:
        return None
    return bucket, name
