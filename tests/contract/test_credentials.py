"""Which keys count, and how a worker takes up those that were made while it works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_engine, open_store, open_worker
from engine.bootstrap.credentials import open_vault
from engine.clock import SystemClock
from engine.credentials.credentials import Given, Source
from engine.credentials.records import PATH, DiscogsAccount, EbaySeller, StoredCredentials
from engine.credentials.vault import Vault
from engine.domain.batch.options import Options
from engine.domain.services import Service
from engine.errors import CredentialsRefused, SecretsLocked
from engine.quota.budgets import Allowance
from engine.quota.limiters import Limiters, fingerprint
from engine.settings import Settings
from engine.store.base import Store
from engine.upstream.caller import UNATTENDED
from engine.upstream.http import CallResult
from engine.upstream.oauth import Keys
from tests.support.clocks import until
from tests.support.sandbox_server import Sandbox

AT = datetime(2026, 11, 28, tzinfo=UTC)
SECRET, TOKEN, DISCOGS = "marker-client-secret", "marker-refresh-token", "marker-discogs-token"


def live(folder: Path, sandbox: str = "http://127.0.0.1:9", **more: Any) -> Settings:
    """Return the settings of a machine on which nothing is connected."""
    places = {
        "DM_PROFILE": "live",
        "DM_STORE": f"sqlite:///{folder / 'store.db'}",
        "DM_FILES": f"file:{folder / 'files'}",
        "DM_CATALOG": str(folder / "none.db"),
        "DISCOGS_URL": f"{sandbox}/discogs",
        "MUSICBRAINZ_URL": f"{sandbox}/musicbrainz",
        "COVERART_URL": f"{sandbox}/coverart",
        "EBAY_URL": f"{sandbox}/ebay",
        "MUSICBRAINZ_PER_SECOND": 0,
        "DISCOGS_PER_MINUTE": 0,
    }
    return Settings(_env_file=None, **{**places, **more})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return live(tmp_path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.store, SystemClock())
    yield opened
    opened.close()


@pytest.fixture
def vault(settings: Settings, store: Store) -> Vault:
    return open_vault(settings, store)


def seller(client_id: str = "app") -> EbaySeller:
    return EbaySeller(client_id, AT, "maria_records", ("sell.inventory",), AT)


def connected(vault: Vault) -> None:
    """Have everything be connected."""
    vault.keep_application("app", SECRET, "Shop-RuName")
    vault.keep_seller(seller(), TOKEN)
    vault.keep_discogs(DiscogsAccount("maria", AT), DISCOGS)
    vault.keep_contact("maria@example.com")


def test_before_anything_is_kept_nothing_is_connected_and_no_secret_is_looked_for(
    settings: Settings, store: Store
) -> None:
    def never() -> Any:
        raise AssertionError("the store of secrets was opened")

    vault = Vault(store, never, Given())
    assert vault.record() == StoredCredentials()
    assert not vault.current().ebay_connected
    assert (vault.current().discogs_token, vault.current().contact) == ("", "")


def test_what_is_kept_counts(vault: Vault) -> None:
    connected(vault)
    found = vault.current()
    assert (found.ebay.client_id, found.ebay.client_secret, found.ebay.refresh_token) == ("app", SECRET, TOKEN)
    assert (found.discogs_token, found.contact, found.generation) == (DISCOGS, "maria@example.com", 4)


def test_the_environment_wins(tmp_path: Path, store: Store, vault: Vault) -> None:
    connected(vault)
    keys = {"EBAY_CLIENT_ID": "theirs", "EBAY_CLIENT_SECRET": "s", "EBAY_REFRESH_TOKEN": "r", "DISCOGS_TOKEN": "d"}
    given = live(tmp_path, **keys, DM_CONTACT="c")
    other = open_vault(given, store)
    found, record = other.current(), other.record()
    assert (found.ebay, found.discogs_token, found.contact) == (Keys("theirs", "s", "r"), "d", "c")
    assert other.seller_source(record) is other.discogs_source(record) is Source.ENVIRONMENT


def test_a_token_that_was_given_to_another_application_does_not_count(vault: Vault) -> None:
    connected(vault)
    vault.keep_application("another", "its-secret", "Shop-RuName")
    assert vault.current().ebay.refresh_token == ""
    assert vault.seller_source(vault.record()) is Source.MISSING


def test_the_job_store_and_its_file_hold_no_secret(tmp_path: Path, store: Store, vault: Vault) -> None:
    connected(vault)
    (document,) = store.get(PATH)
    markers = [SECRET, TOKEN, DISCOGS]
    assert not [marker for marker in markers if marker in str(document)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [(path, marker) for path in files for marker in markers if marker.encode() in path.read_bytes()]
    assert not [marker for marker in markers if marker in f"{vault.current()}{vault.given}{vault}"]


def test_what_is_disconnected_is_forgotten(tmp_path: Path, vault: Vault) -> None:
    connected(vault)
    vault.forget_seller()
    vault.forget_discogs()
    assert vault.current().discogs_token == vault.current().ebay.refresh_token == ""
    assert vault.current().ebay.client_secret == SECRET
    vault.forget_application()
    assert vault.current().ebay.client_secret == ""
    assert vault.record().generation == 7


def test_secrets_without_their_key_are_told_and_not_taken_as_missing(tmp_path: Path, vault: Vault) -> None:
    connected(vault)
    (tmp_path / "secrets" / "key").unlink()
    with pytest.raises(SecretsLocked, match="cannot be opened"):
        vault.current()


def test_a_limiter_that_is_renewed_forgets_what_was_said_of_other_credentials(store: Store) -> None:
    def allowed(token: str) -> Allowance:
        return Allowance(Service.DISCOGS, key=fingerprint(token), needs_key=True)

    refused = CallResult(0.1, 401, error=CredentialsRefused("discogs", "GET /", "No.", status=401))
    with Limiters(store, SystemClock()) as limiters:
        limiter = limiters.limiter(allowed("old"))
        early, late = limiter.acquire(UNATTENDED), None
        limiter.release(early, refused)
        with pytest.raises(CredentialsRefused):
            limiter.acquire(UNATTENDED)
        assert limiters.limiter(allowed("new")) is limiter
        late = limiter.acquire(UNATTENDED)
        limiters.limiter(allowed("newer"))
        limiter.release(late, refused)
        limiter.release(limiter.acquire(UNATTENDED), CallResult(0.1, 200))
    assert store.get("budgets/discogs")[0].fields["credentials"] == "accepted"


@pytest.fixture
def working(tmp_path: Path, sandbox: Sandbox) -> Iterator[Settings]:
    """Have a worker run on which nothing is connected."""
    settings, stop = live(tmp_path, sandbox.url), threading.Event()
    with open_worker(settings, stop) as worker:
        thread = threading.Thread(target=worker.run, name="worker")
        thread.start()
        yield settings
        stop.set()
        thread.join(20)


def test_a_worker_takes_connections_up_and_lets_them_go_without_a_restart(working: Settings, store: Store) -> None:
    engine, vault = open_engine(working), open_vault(working, store)

    def heard(generation: int) -> bool:
        return any(worker.credentials == generation for worker in engine.queries.workers())

    def outcome() -> str:
        job = engine.submission.upload(b"upc,price\n7961220922684,9.99\n", "one.csv", Options())
        until(lambda: engine.queries.job(job.job_id).status == "completed")
        return str(engine.queries.items_at(job.job_id, [0])[0].outcome)

    assert outcome() == "composed"
    vault.keep_application("sandbox", "sandbox", "")
    vault.keep_seller(seller("sandbox"), "sandbox")
    vault.keep_discogs(DiscogsAccount("sandbox", AT), "sandbox")
    until(lambda: heard(3))
    assert outcome() == "drafted"
    assert engine.queries.workers()[0].connections == {"discogs": True, "ebay": True}
    vault.forget_seller()
    until(lambda: heard(4))
    assert outcome() == "composed"
