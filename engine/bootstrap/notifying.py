"""By which channels the settings have operators notified."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from engine.clock import Clock
from engine.domain.notifications import Channel
from engine.settings import Settings
from engine.upstream.http import HttpTransport
from engine.upstream.mail import PORTS, Mail, MailServer
from engine.upstream.webhook import Webhook
from engine.worker.notifier import Notifying, Sender

READ_SECONDS = 15.0  # as long as Standard Webhooks has receivers count on


def open_notifying(settings: Settings, transport: HttpTransport, clock: Clock) -> Notifying:
    """Return the channels of the settings, and after how long a batch stands still."""
    senders: dict[Channel, Sender] = {}
    if address := settings.webhook_url.get_secret_value():
        patient = replace(transport, read_seconds=READ_SECONDS)
        secret = settings.webhook_secret.get_secret_value()
        senders[Channel.WEBHOOK] = Webhook(patient, address, secret, clock, settings.console_url)
    if settings.smtp_host:
        server = MailServer(
            settings.smtp_host,
            settings.smtp_port or PORTS[settings.smtp_security],
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password.get_secret_value(),
        )
        mailboxes = settings.mail_to.replace(",", " ").split()
        senders[Channel.EMAIL] = Mail(server, settings.mail_from, mailboxes, console=settings.console_url)
    return Notifying(senders, timedelta(minutes=settings.stalled_minutes))


def receivers(settings: Settings) -> dict[Channel, str]:
    """Return the channels of the settings, and to whom each leads, with nothing secret."""
    found: dict[Channel, str] = {}
    if address := settings.webhook_url.get_secret_value():
        found[Channel.WEBHOOK] = urlsplit(address).hostname or ""  # the rest of it may let anybody in
    if settings.smtp_host:
        found[Channel.EMAIL] = settings.mail_to
    return found
