"""Markers planted as every secret, and services that repeat them: they are in nothing that comes out of a process."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import requests

from engine.credentials.credentials import Given
from engine.credentials.records import DiscogsAccount, EbaySeller
from engine.credentials.vault import Vault
from engine.errors import UpstreamError
from engine.secrets.cloud import CloudSecrets
from engine.store.sqlite import SQLiteStore
from engine.upstream.discogs import Discogs
from engine.upstream.ebay_consent import EbayConsent
from engine.upstream.http import HttpTransport
from tests.support.answering import Answering, Reply, answering
from tests.support.clocks import until
from tests.support.demo import Served, served
from tests.support.secret_manager import secret_manager
from tests.support.serving import lines, upcs

NAMES = ("DISCOGS_TOKEN", "EBAY_CLIENT_SECRET", "EBAY_REFRESH_TOKEN", "EBAY_DELETION_TOKEN")
GIVEN = {name: f"MARKER-of-{name}-0123456789" for name in NAMES}
ACCESS = "MARKER-of-an-access-token-0123456789"
SAID = " ".join([*GIVEN.values(), ACCESS])
OURS = {  # what no service of the rows is told
    "DM_OIDC_CLIENT_SECRET": "MARKER-of-the-oidc-client-0123456789",
    "DM_SMTP_PASSWORD": "MARKER-of-the-mail-server-0123456789",
    "DM_WEBHOOK_SECRET": f"whsec_{b64encode(b'MARKER-of-webhooks-0123456789').decode()}",
    "DM_WEBHOOK_URL": "http://127.0.0.1:9/MARKER-of-an-address-0123456789",
}
AT = datetime(2026, 11, 28, tzinfo=UTC)


def repeating(path: str) -> Reply:
    """Refuse everything, and say every secret with it; give a token where one is asked for."""
    if path.endswith("/oauth2/token"):
        return Reply(200, {"access_token": ACCESS, "expires_in": 7200, "refresh_token": GIVEN["EBAY_REFRESH_TOKEN"]})
    said = {"message": f"No: {SAID}", "error": SAID, "errors": [{"errorId": 25002, "message": SAID}]}
    return Reply(400, said, {"X-Said": ACCESS})


@pytest.fixture(scope="module")
def services() -> Iterator[Answering]:
    with answering(repeating) as service:
        yield service


@pytest.fixture(scope="module")
def live(services: Answering, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    own = {f"{name}_URL": f"{services.url}/{name.lower()}" for name in ("DISCOGS", "MUSICBRAINZ", "COVERART", "EBAY")}
    more = {"EBAY_CLIENT_ID": "app", "EBAY_RU_NAME": "Shop", "MUSICBRAINZ_PER_SECOND": "50"}
    more |= {
        "DM_SMTP_HOST": "127.0.0.1",
        "DM_SMTP_USER": "ann",
        "DM_MAIL_FROM": "a@example.com",
        "DM_MAIL_TO": "b@example.com",
    }
    folder = tmp_path_factory.mktemp("secrets")
    with served(folder, "engine", "live", DM_CONTACT="ann@example.com", **GIVEN, **OURS, **own, **more) as whole:
        yield whole


def said_by(live: Served) -> Iterator[tuple[str, str]]:
    """Yield everything that comes out of the processes, by where it comes out."""
    yield "log", live.log
    yield "/health", live.session.get(f"{live.url}/health", timeout=10).text
    for path in (
        "/health",
        "/api/upstreams",
        "/api/connections",
        "/api/notifications",
        "/api/workers",
        "/api/batch/jobs",
    ):
        yield path, live.session.get(f"{live.url}{path}", timeout=10).text
    for file in live.folder.rglob("*"):
        if file.is_file() and file.name != "log":
            yield str(file), file.read_bytes().decode(errors="replace")
    whole = psutil.Process(live.process.pid)
    for process in [whole, *whole.children(recursive=True)]:
        yield "process list", " ".join(process.cmdline())


def test_no_secret_of_the_environment_comes_out_of_a_process_though_every_service_repeats_them(
    live: Served, services: Answering
) -> None:
    job_id = live.upload(lines(upcs(3)))
    until(lambda: live.job(job_id)["status"] in {"completed", "paused", "failed"}, seconds=60.0)
    live.session.post(f"{live.url}/api/upstreams/ebay/test", timeout=10).raise_for_status()
    until(lambda: any("oauth2/token" in call for call in services.asked), seconds=30.0)
    assert live.session.post(f"{live.url}/api/notifications/test", timeout=10).status_code == 202
    until(lambda: "notification_not_delivered" in live.log, seconds=30.0)
    texts = [*said_by(live), ("batch", json.dumps(live.get(f"/api/batch/{job_id}/items")))]
    assert "[secret]" in " ".join(text for _, text in texts), live.log
    for where, text in texts:
        assert "MARKER-of" not in text, where
        assert OURS["DM_WEBHOOK_SECRET"] not in text, where


def test_what_is_kept_in_secret_manager_is_known_once_it_is_read(services: Answering, tmp_path: Path) -> None:
    with secret_manager() as cloud, requests.Session() as session:
        store = SQLiteStore(tmp_path / "store.db")
        vault = Vault(store, lambda: CloudSecrets("project", "dm", cloud.client()), Given())
        vault.keep_application("app", GIVEN["EBAY_CLIENT_SECRET"], "Shop")
        vault.keep_seller(EbaySeller("app", AT, "ann", (), AT), GIVEN["EBAY_REFRESH_TOKEN"])
        vault.keep_discogs(DiscogsAccount("ann", AT), GIVEN["DISCOGS_TOKEN"])
        found = vault.current()
        transport = HttpTransport(session, "test")
        with pytest.raises(UpstreamError) as refused:
            Discogs(transport, services.url, token=found.discogs_token).identity()
        application = EbayConsent(transport, services.url, client_id="app", client_secret=found.ebay.client_secret)
        kept = Given(client_secret=GIVEN["EBAY_CLIENT_SECRET"], discogs_token=GIVEN["DISCOGS_TOKEN"])
        said = f"{refused.value} {refused.value!r} {vars(refused.value)} {[found, vault, application, transport, kept]}"
        assert not [name for name in NAMES[:3] if GIVEN[name] in said]
        store.close()
