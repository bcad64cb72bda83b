"""How a webhook is signed, where notifications may go, and which settings cannot notify."""

from __future__ import annotations

import base64
import json

import pytest

from console.navigation import ADDRESSES
from engine.domain.notifications import Notification, NotificationKind, RowCounts
from engine.errors import BadSetting
from engine.settings import load
from engine.upstream.outgoing import receiver_refusal
from engine.upstream.webhook import payload, signature
from tests.support.clocks import START

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def test_a_signature_is_that_of_the_published_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_payload_says_what_happened_when_and_nothing_of_its_deliveries() -> None:
    told = Notification(
        "evt_1",
        NotificationKind.BATCH_DONE,
        START,
        "Discs is done",
        "All of it.",
        job_id="batch_1",
        batch="Discs",
        rows=RowCounts(2, 2, 0, 0),
        due_at=START,
    )
    assert json.loads(payload(told)) == {
        "type": "batch.done",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "title": "Discs is done",
            "text": "All of it.",
            "job_id": "batch_1",
            "batch": "Discs",
            "rows": {"total": 2, "succeeded": 2, "failed": 0, "skipped": 0},
        },
    }


@pytest.mark.parametrize(
    ("kind", "job_id", "screen"),
    [
        (NotificationKind.BATCH_DONE, "batch_1", "batch?job_id=batch_1"),
        (NotificationKind.QUOTA_GONE, "", "system"),
        (NotificationKind.EBAY_ENDS, "", "connections"),
        (NotificationKind.TEST, "", "connections"),
    ],
)
def test_a_notification_leads_to_the_screen_that_shows_what_it_tells_of(
    kind: NotificationKind, job_id: str, screen: str
) -> None:
    told = Notification("evt_1", kind, START, "Something happened", job_id=job_id)
    assert (
        json.loads(payload(told, "https://drafts.example.com/"))["data"]["url"]
        == f"https://drafts.example.com/{screen}"
    )
    assert "url" not in json.loads(payload(told))["data"]
    assert screen.partition("?")[0] in ADDRESSES.values()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"DM_WEBHOOK_URL": "example.com/hook"}, "DM_WEBHOOK_URL: must look like https://"),
        ({"DM_WEBHOOK_URL": "https://example.com/hook"}, "DM_WEBHOOK_URL needs DM_WEBHOOK_SECRET"),
        ({"DM_WEBHOOK_SECRET": "short"}, "DM_WEBHOOK_SECRET: must be whsec_ and 24 to 64 random bytes"),
        ({"DM_WEBHOOK_SECRET": "whsec_c2hvcnQ="}, "DM_WEBHOOK_SECRET: must be whsec_ and 24 to 64 random bytes"),
        ({"DM_SMTP_HOST": "mail.example.com"}, "DM_SMTP_HOST needs DM_MAIL_FROM and DM_MAIL_TO"),
        ({"DM_MAIL_TO": "nobody"}, "DM_MAIL_TO: must be an e-mail address"),
        ({"DM_MAIL_FROM": "a@b\nBcc: c@d"}, "DM_MAIL_FROM: must be an e-mail address"),
        ({"DM_SMTP_SECURITY": "none", "DM_SMTP_USER": "me"}, "DM_SMTP_USER needs DM_SMTP_SECURITY"),
        ({"DM_STALLED_MINUTES": "-1"}, "DM_STALLED_MINUTES: Input should be greater than or equal to 0"),
    ],
)
def test_settings_that_cannot_notify_are_named(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], sentence: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as refused:
        load()
    assert sentence in str(refused.value)
    assert not any(value in str(refused.value) for name, value in settings.items() if name.endswith("SECRET"))


def test_neither_address_nor_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_WEBHOOK_URL", "https://example.com/hooks/T0-very-secret")
    monkeypatch.setenv("DM_WEBHOOK_SECRET", SECRET)
    printed = repr(load())
    assert "T0-very-secret" not in printed
    assert SECRET not in printed


@pytest.mark.parametrize(
    ("host", "encrypted", "allowed"),
    [
        ("127.0.0.1", False, True),
        ("192.168.1.7", False, True),
        ("192.168.1.7", True, True),
        ("8.8.8.8", True, True),
        ("8.8.8.8", False, False),
        ("169.254.169.254", True, False),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", True, False),
    ],
)
def test_a_metadata_service_gets_nothing_and_what_leaves_the_house_is_encrypted(
    host: str, *, encrypted: bool, allowed: bool
) -> None:
    assert (receiver_refusal(host, 443, encrypted=encrypted) == "") is allowed
