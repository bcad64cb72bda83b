"""Secrets at rest: one contract for the encrypted file, the key in a keyring, and Secret Manager."""

from __future__ import annotations

import multiprocessing
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from engine.bootstrap import open_secrets
from engine.errors import BadSetting, SecretsAway, SecretsLocked
from engine.secrets.base import SecretStore
from engine.secrets.cloud import CloudSecrets
from engine.settings import Settings
from tests.support.secret_manager import SecretManager, secret_manager

MARKER = "v^1.1#refresh-token-marker"


class FileKeyring(KeyringBackend):
    """A keyring in memory, in the place of the operating system's."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring() -> Iterator[FileKeyring]:
    before = keyring.get_keyring()
    ring = FileKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def cloud() -> Iterator[SecretManager]:
    with secret_manager() as served:
        yield served


@pytest.fixture(params=["file", "keyring", "gcp"])
def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStore:
    if request.param == "gcp":
        return CloudSecrets("shop", "draft-maker", request.getfixturevalue("cloud").client())
    if request.param == "keyring":
        request.getfixturevalue("ring")
    return open_secrets(f"{request.param}:{tmp_path}/secrets")


def test_a_secret_that_was_never_kept_is_none(secrets: SecretStore) -> None:
    assert secrets.get("discogs-token") is None


def test_a_secret_is_what_was_kept_last(secrets: SecretStore) -> None:
    secrets.put("discogs-token", "first")
    secrets.put("discogs-token", MARKER)
    secrets.put("ebay-seller", "other")
    assert (secrets.get("discogs-token"), secrets.get("ebay-seller")) == (MARKER, "other")


def test_a_forgotten_secret_is_none_and_may_be_forgotten_twice(secrets: SecretStore) -> None:
    secrets.put("discogs-token", MARKER)
    secrets.put("ebay-seller", "other")
    secrets.delete("discogs-token")
    secrets.delete("discogs-token")
    assert (secrets.get("discogs-token"), secrets.get("ebay-seller")) == (None, "other")


def test_the_files_hold_no_secret_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    open_secrets(f"file:{folder}").put("discogs-token", MARKER)
    assert sorted(path.name for path in folder.iterdir()) == ["key", "lock", "secrets"]
    assert all(MARKER.encode() not in path.read_bytes() for path in folder.iterdir())
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("key", "secrets")} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_with_a_keyring_no_key_lies_beside_the_file(tmp_path: Path, ring: FileKeyring) -> None:
    folder = tmp_path / "secrets"
    open_secrets(f"keyring:{folder}").put("discogs-token", MARKER)
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "secrets"]
    assert list(ring.kept) == [("Draft Maker", str(folder))]


def test_a_machine_without_a_keyring_says_what_to_set(tmp_path: Path, ring: FileKeyring) -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    with pytest.raises(SecretsLocked, match="Unlock it, or set DM_SECRETS"):
        open_secrets(f"keyring:{tmp_path}/secrets").put("discogs-token", MARKER)


def test_a_lost_or_another_key_is_told_and_the_secret_is_not(tmp_path: Path) -> None:
    secrets = open_secrets(f"file:{tmp_path}")
    secrets.put("discogs-token", MARKER)
    key = (tmp_path / "key").read_bytes()
    (tmp_path / "key").unlink()
    with pytest.raises(SecretsLocked, match=r"Its key is not at .*/key"):
        secrets.get("discogs-token")
    for wrong in (bytes(reversed(key)), b"no key at all"):
        (tmp_path / "key").write_bytes(wrong)
        with pytest.raises(SecretsLocked, match="does not open it") as told:
            secrets.get("discogs-token")
        assert MARKER not in str(told.value)
    (tmp_path / "key").write_bytes(key)
    assert secrets.get("discogs-token") == MARKER


def test_a_folder_that_cannot_be_used_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(SecretsAway, match="cannot be used"):
        open_secrets(f"file:{tmp_path}/taken").put("discogs-token", MARKER)


def _keep(address: str, number: int) -> None:
    for turn in range(5):
        open_secrets(address).put(f"secret-{number}", f"value-{number}-{turn}")


def test_several_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    address = f"file:{tmp_path}/secrets"
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_keep, args=(address, number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    secrets = open_secrets(address)
    assert [secrets.get(f"secret-{number}") for number in range(3)] == [f"value-{number}-4" for number in range(3)]


def test_in_the_cloud_earlier_versions_are_destroyed(cloud: SecretManager) -> None:
    secrets = CloudSecrets("shop", "draft-maker", cloud.client())
    for value in ("first", "second", MARKER):
        secrets.put("ebay-seller", value)
    assert cloud.versions == {"projects/shop/secrets/draft-maker-ebay-seller": [None, None, MARKER]}


def test_in_the_cloud_a_destroyed_secret_is_none(cloud: SecretManager) -> None:
    secrets = CloudSecrets("shop", "draft-maker", cloud.client())
    cloud.versions["projects/shop/secrets/draft-maker-ebay-seller"] = [None]
    assert secrets.get("ebay-seller") is None


def test_a_missing_permission_is_told_with_the_page_that_names_the_roles(cloud: SecretManager) -> None:
    cloud.refuses = 403
    with pytest.raises(SecretsLocked, match=r"projects/shop.*deploy/README\.md"):
        CloudSecrets("shop", "draft-maker", cloud.client()).put("ebay-seller", MARKER)


def test_a_cloud_that_does_not_answer_is_an_outage(cloud: SecretManager) -> None:
    cloud.refuses = 503
    with pytest.raises(SecretsAway, match="Secret Manager does not answer"):
        CloudSecrets("shop", "draft-maker", cloud.client()).get("ebay-seller")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        silent = SecretManager(f"127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(SecretsAway):
            CloudSecrets("shop", "draft-maker", silent.client()).get("ebay-seller")


@pytest.mark.parametrize(
    "address", ["", "var/secrets", "file:", "keyring:", "gcp://", "gcp:///x", "gcp://a/b/c", "vault:x"]
)
def test_what_means_no_store_of_secrets_is_refused_with_the_three_forms(address: str) -> None:
    with pytest.raises(BadSetting, match="file:var/secrets, keyring:var/secrets or gcp://PROJECT"):
        open_secrets(address)


@pytest.mark.parametrize(
    ("store", "secrets"),
    [
        ("sqlite:///var/draftmaker.db", "file:var/secrets"),
        ("sqlite:////srv/shop.db", "file:/srv/secrets"),
        ("firestore://shop/(default)", "gcp://shop"),
    ],
)
def test_secrets_lie_beside_the_job_store(store: str, secrets: str) -> None:
    assert Settings(_env_file=None, DM_STORE=store).secrets == secrets
