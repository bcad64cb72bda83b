"""The Connections screen: keys from the environment, keys that are entered, and what came of a consent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from console.context import context, handles
from engine.batches.documents import WORKERS
from engine.codec import encode
from engine.credentials.consent import PATH as CONSENT
from engine.credentials.records import PATH, EbayApplication, EbaySeller, StoredCredentials
from engine.store.base import Put
from tests.support.desk import CLOCK, Desk, button, text


@pytest.fixture
def live(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """Lend a desk on which nothing is connected."""
    monkeypatch.setenv("DM_PROFILE", "live")
    handles.cache_clear()
    return Desk(tmp_path)


def labels(app: object) -> set[str]:
    return {field.label for field in app.text_input}  # type: ignore[attr-defined]


def connected(desk: Desk, **ends: float) -> None:
    """Have a seller be connected whose consent ends so far ahead."""
    now = CLOCK.now()
    seller = EbaySeller("app", now, "maria_records", ("sell.inventory",), now + timedelta(**ends))
    record = StoredCredentials(3, ebay_application=EbayApplication("app", "Shop-RuName"), ebay_seller=seller)
    desk.store.commit(Put(PATH, encode(record)))


def test_keys_of_the_demo_are_shown_as_such_and_cannot_be_changed(desk: Desk) -> None:
    app = desk.screen("connections")
    assert not app.exception
    said = text(app)
    assert "from the demo" in said
    assert not labels(app) & {"App ID (Client ID)", "Cert ID (Client Secret)", "Personal access token"}
    assert not [found for found in app.button if found.label in ("Disconnect", "Save keys", "Connect Discogs")]
    assert "sandbox" not in said.replace("Sandbox: no real services", "").replace("//127.0.0.1", "")


def test_without_keys_the_screen_asks_for_them_and_says_what_each_service_adds(live: Desk) -> None:
    app = live.screen("connections")
    assert not app.exception
    assert labels(app) >= {"App ID (Client ID)", "Cert ID (Client Secret)", "RuName", "Personal access token"}
    said = text(app)
    for words in ("Adds: Drafts at eBay", "Without it: Barcodes are looked up at MusicBrainz alone", "Opt out"):
        assert words in said
    assert "Connect eBay" not in said


def test_keys_that_are_entered_are_kept_and_the_field_of_the_secret_is_emptied(live: Desk) -> None:
    app = live.screen("connections")
    fields = {field.label: field for field in app.text_input}
    fields["App ID (Client ID)"].set_value("app")
    fields["Cert ID (Client Secret)"].set_value("marker-client-secret")
    fields["RuName"].set_value("Shop-RuName")
    button(app, "Save keys").click().run()
    assert not app.exception
    assert "Connect eBay" in text(app)
    assert "marker-client-secret" not in text(app)
    assert "marker-client-secret" not in str(app.session_state)
    files = [path for path in live.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if b"marker-client-secret" in path.read_bytes()]
    assert live.engine.accounts.view().ebay.client_id == "app"


def test_half_a_pair_of_keys_is_refused_in_a_sentence(live: Desk) -> None:
    app = live.screen("connections")
    next(field for field in app.text_input if field.label.startswith("App ID")).set_value("app")
    button(app, "Save keys").click().run()
    assert "give App ID and Cert ID together" in "".join(toast.value for toast in app.toast)


def test_a_connected_seller_is_named_with_the_end_and_what_is_not_allowed(live: Desk) -> None:
    connected(live, days=400)
    said = text(live.screen("connections"))
    assert "maria_records" in said
    assert "399 days left" in said
    assert "your business policies cannot be chosen by name" in said


@pytest.mark.parametrize(("days", "words"), [(20, "ends on"), (-1, "ended on")])
@pytest.mark.parametrize("screen", ["connections", "system", "batches"])
def test_a_consent_that_ends_soon_or_has_ended_is_told(live: Desk, screen: str, days: int, words: str) -> None:
    connected(live, days=days)
    assert f"The seller's consent at eBay {words}" in text(live.screen(screen))


def test_a_consent_that_lasts_is_not_warned_of(live: Desk) -> None:
    connected(live, days=31)
    assert "consent at eBay ends" not in text(live.screen("system"))


def test_what_came_of_the_last_consent_is_shown_for_a_while(live: Desk) -> None:
    for minutes, shown in ((1, True), (20, False)):
        answered = {"at": CLOCK.now() - timedelta(minutes=minutes), "ok": False, "sentence": "The seller declined."}
        live.store.commit(Put(CONSENT, {"asked": [], "answered": answered, "schema": 1}))
        assert ("The seller declined." in text(live.screen("connections"))) is shown


def test_the_screen_says_whether_the_engines_use_what_is_connected(live: Desk) -> None:
    connected(live, days=400)
    assert "No engine is running" in text(live.screen("connections"))
    live.store.commit(live.worker("w", None, []))
    context().poller.changed()
    assert "takes the last change up within seconds" in text(live.screen("connections"))
    put = live.worker("w", None, [])
    live.store.commit(Put(f"{WORKERS}/w", {**put.fields, "credentials": 3}))
    context().poller.changed()
    assert "Every engine uses what stands here." in text(live.screen("connections"))


def test_a_store_that_is_away_is_told(live: Desk) -> None:
    live.away()
    assert "The job store does not answer" in text(live.screen("connections"))


def test_what_was_connected_is_shown_as_it_was_while_the_store_is_away_and_nothing_can_be_changed(live: Desk) -> None:
    connected(live, days=400)
    app = live.screen("connections")
    assert not button(app, "Forget keys").disabled
    live.away()
    context().poller.changed()
    app.run()
    assert "The job store has not answered" in text(app)
    assert [found.label for found in app.button if not found.disabled] == []
