"""Notifications arrive as e-mails at a real SMTP server, encrypted and once."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from engine.batches.notifications import Notifications
from engine.clock import SystemClock
from engine.domain import notifications
from engine.domain.notifications import Channel, DeliveryState
from engine.errors import NotDelivered
from engine.store.base import Store
from engine.upstream.mail import Mail, MailServer
from engine.worker.notifier import Notifier, Notifying
from tests.support.mail_server import certificate, mail_server

CLOCK = SystemClock()
TO = ("ann@example.com", "bob@example.com")
TOLD = notifications.test("ann", now=CLOCK.now())


def plainly(port: int) -> Mail:
    return Mail(MailServer("127.0.0.1", port, "none"), "drafts@example.com", TO)


def test_an_email_says_what_happened_to_every_mailbox() -> None:
    with mail_server() as mailbox:
        plainly(mailbox.port).send(TOLD)
    (mail,) = mailbox.mails
    assert (mail["Subject"], mail["From"], mail["To"]) == (TOLD.title, "drafts@example.com", ", ".join(TO))
    assert mail["Message-ID"] == f"<{TOLD.notification_id}@example.com>"
    assert TOLD.text in mail.get_content().replace("\n", " ")


def test_an_email_leads_to_the_console_where_that_has_an_address() -> None:
    with mail_server() as mailbox:
        server = MailServer("127.0.0.1", mailbox.port, "none")
        Mail(server, "drafts@example.com", TO, console="https://drafts.example.com").send(TOLD)
        plainly(mailbox.port).send(TOLD)
    linked, plain = (mail.get_content() for mail in mailbox.mails)
    assert "https://drafts.example.com/connections" in linked.split()
    assert "https://" not in plain


def test_an_email_goes_encrypted_and_with_an_account(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    with mail_server(made) as mailbox:
        server = MailServer("localhost", mailbox.port, "starttls", "me", "my-password")
        Mail(server, "drafts@example.com", TO, made.client).send(TOLD)
    assert (len(mailbox.mails), mailbox.users, mailbox.encrypted) == (1, ["me"], [True])
    assert "my-password" not in repr(server)


def test_a_certificate_that_nobody_trusts_and_a_wrong_password_are_reasons(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    with mail_server(made) as mailbox:
        server = MailServer("localhost", mailbox.port, "starttls", "me", "my-password")
        with pytest.raises(NotDelivered, match="secure connection"):
            Mail(server, "drafts@example.com", TO, ssl.create_default_context()).send(TOLD)
        wrong = MailServer("localhost", mailbox.port, "starttls", "me", "another-password")
        with pytest.raises(NotDelivered, match=r"refuses it \(535\)") as refused:
            Mail(wrong, "drafts@example.com", TO, made.client).send(TOLD)
    assert refused.value.for_good
    assert "another-password" not in str(refused.value)
    assert mailbox.mails == []


@pytest.mark.parametrize(("answer", "for_good"), [("451 Try later", False), ("554 No such thing", True)])
def test_what_the_server_answers_decides_whether_it_is_tried_again(answer: str, *, for_good: bool) -> None:
    with mail_server() as mailbox:
        mailbox.answers = [answer]
        with pytest.raises(NotDelivered, match=answer[4:]) as refused:
            plainly(mailbox.port).send(TOLD)
    assert refused.value.for_good is for_good


def test_a_server_that_is_away_is_a_reason() -> None:
    with pytest.raises(NotDelivered, match="does not take it: Connection refused"):
        plainly(9).send(TOLD)


def test_nothing_is_sent_in_the_clear_out_of_the_house() -> None:
    with pytest.raises(NotDelivered, match="encrypted"):
        Mail(MailServer("8.8.8.8", 25, "none"), "drafts@example.com", TO).send(TOLD)


def test_a_notification_goes_out_once_by_each_channel(store: Store) -> None:
    told = Notifications(store, CLOCK).test(by="ann")
    with mail_server() as mailbox:
        notifier = Notifier(store, CLOCK, "worker", Notifying({Channel.EMAIL: plainly(mailbox.port)}))
        for _ in range(2):
            for found in Notifications(store, CLOCK).due():
                notifier.deliver(found)
    (stored,) = Notifications(store, CLOCK).newest()
    assert stored.deliveries[Channel.EMAIL].state is DeliveryState.DELIVERED
    assert [mail["Message-ID"] for mail in mailbox.mails] == [f"<{told.notification_id}@example.com>"]
