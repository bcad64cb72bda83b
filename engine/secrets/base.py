"""The contract of a store of secrets: small texts by name, read by every process and shown by none."""

from __future__ import annotations

from typing import Protocol


class SecretStore(Protocol):
    """A store of secrets. Names are lower-case letters and hyphens.

    Every method raises SecretsAway when the store does not answer, and SecretsLocked when it does not let us in: then
    only a person can help, and the message says how.
    """

    def get(self, name: str) -> str | None:
        """Return the secret of that name; None where there is none."""
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a secret durably, in place of an earlier one of that name."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret for good; one that is not there is forgotten already."""
        ...
