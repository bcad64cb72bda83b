"""Secrets in Google Secret Manager.

Each is one secret of the project, with one version at a time: earlier ones are destroyed. No call of ours is repeated
by the library; each ends within `ANSWER_SECONDS`.

Source: https://cloud.google.com/secret-manager/docs/reference/rest (read 2026-11).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import requests
from google.api_core import exceptions
from google.auth.exceptions import GoogleAuthError, TransportError
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.types import SecretVersion

from engine.errors import SecretsAway, SecretsLocked
from engine.log import get_logger

log = get_logger(__name__)

ANSWER_SECONDS = 4.0
_OPTIONS = {"retry": None, "timeout": ANSWER_SECONDS}
_LATEST = "versions/latest"
_FORBIDDEN = (exceptions.Forbidden, exceptions.Unauthorized)
_SILENT = (exceptions.GoogleAPICallError, requests.RequestException, TransportError)


class CloudSecrets:
    """The secrets of a project whose names begin with `prefix`. Safe for threads."""

    def __init__(self, project: str, prefix: str, client: SecretManagerServiceClient | None = None) -> None:
        self._project = f"projects/{project}"
        self._prefix = prefix
        self._opening = threading.Lock()
        self._opened = client

    def get(self, name: str) -> str | None:
        """Return a secret; see `SecretStore.get`. One without a version that counts is none."""
        with self._asked():
            try:
                found = self._client.access_secret_version(name=f"{self._path(name)}/{_LATEST}", **_OPTIONS)
            except (exceptions.NotFound, exceptions.BadRequest):  # its last version was destroyed
                return None
        value: str = found.payload.data.decode()
        return value

    def put(self, name: str, value: str) -> None:
        """Keep a secret; see `SecretStore.put`."""
        path, payload = self._path(name), {"data": value.encode()}
        with self._asked():
            try:
                kept = self._client.add_secret_version(parent=path, payload=payload, **_OPTIONS)
            except exceptions.NotFound:
                self._create(name)
                kept = self._client.add_secret_version(parent=path, payload=payload, **_OPTIONS)
            for version in self._client.list_secret_versions(parent=path, **_OPTIONS):
                if version.name != kept.name and version.state != SecretVersion.State.DESTROYED:
                    self._client.destroy_secret_version(name=version.name, **_OPTIONS)

    def delete(self, name: str) -> None:
        """Forget a secret; see `SecretStore.delete`."""
        with self._asked(), suppress(exceptions.NotFound):
            self._client.delete_secret(name=self._path(name), **_OPTIONS)

    def _create(self, name: str) -> None:
        """Make room for a secret; another process may have done it at the same time."""
        with suppress(exceptions.AlreadyExists):
            self._client.create_secret(
                parent=self._project,
                secret_id=f"{self._prefix}-{name}",
                secret={"replication": {"automatic": {}}},
                **_OPTIONS,
            )

    def _path(self, name: str) -> str:
        return f"{self._project}/secrets/{self._prefix}-{name}"

    @property
    def _client(self) -> SecretManagerServiceClient:
        with self._opening:
            if self._opened is None:
                self._opened = SecretManagerServiceClient(transport="rest")
            return self._opened

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Say in our words why there is no answer."""
        try:
            yield
        except _FORBIDDEN as error:
            raise SecretsLocked(
                f"Secret Manager does not let us use the secrets {self._prefix}-… of {self._project}. Grant the "
                "service accounts of console and engine the roles that deploy/README.md names."
            ) from error
        except _SILENT as error:
            raise SecretsAway(f"Secret Manager does not answer ({type(error).__name__}).") from error
        except GoogleAuthError as error:
            raise SecretsLocked(f"There are no credentials for Secret Manager ({type(error).__name__}).") from error
