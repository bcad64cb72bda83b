"""The clients of a worker, made anew when a person connects or disconnects something."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from engine.credentials.credentials import Credentials
from engine.credentials.vault import Vault
from engine.errors import Blame, EngineError
from engine.log import get_logger
from engine.retry import RetryPolicy, retry
from engine.upstream.connections import Connections

log = get_logger(__name__)

_START = RetryPolicy(first=1.0, factor=2.0, longest=30.0)


class LiveConnections:
    """The clients that count now; see `engine.worker.heartbeat.ConnectionsInUse`.

    `connect` makes clients of credentials. It is called again, on the thread that refreshes, with each new generation.
    Until the credentials can be read, or `stop` is set, the constructor waits: without them rows would go astray.

    Raises:
        SecretsError: they cannot be read, and only a person can help.
    """

    def __init__(self, vault: Vault, connect: Callable[[Credentials], Connections], stop: Event) -> None:
        self._vault = vault
        self._connect = connect
        credentials = _first(vault, stop)
        self.generation = credentials.generation
        self.current = connect(credentials)

    def refresh(self) -> None:
        """Take up what was connected or disconnected since the last look; rows in flight end with what they have.

        Raises:
            StoreAway, SecretsError: what counts now cannot be read; what counted before goes on.
        """
        record = self._vault.record()
        if record.generation == self.generation:
            return
        credentials = self._vault.current(record)
        self.current = self._connect(credentials)
        self.generation = credentials.generation
        log.info("connections_taken_up", generation=self.generation)


def _first(vault: Vault, stop: Event) -> Credentials:
    """Return the credentials that count, once they can be read."""

    def wait(seconds: float, error: EngineError) -> bool:
        log.warning("credentials_not_read", error=str(error))
        return error.blame is not Blame.UPSTREAM or stop.wait(seconds)

    return retry(vault.current, _START, EngineError, wait=wait)
