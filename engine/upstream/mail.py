"""Notifications by e-mail, through the mail server of the settings.

Every try has the same `Message-ID`, by which mail programs know a repeated one. An answer of 5xx is final.

Source: https://docs.python.org/3/library/smtplib.html (read 2026-11).
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime

from engine.domain.notifications import Notification, link
from engine.errors import NotDelivered
from engine.upstream.outgoing import receiver_refusal

SECONDS = 15.0  # for each step of a delivery
PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
_FINAL = range(500, 600)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; `security` is starttls, tls or none, `user` is "" where it asks for no account."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


class Mail:
    """Sends notifications to mailboxes. `context` says which certificates are trusted, None as the machine does.

    `console` is the address of the console, to which each has a link; "" for none.
    """

    def __init__(
        self,
        server: MailServer,
        sender: str,
        mailboxes: Sequence[str],
        context: ssl.SSLContext | None = None,
        console: str = "",
    ) -> None:
        self._server = server
        self._sender = sender
        self._mailboxes = mailboxes
        self._console = console
        self._context = context or ssl.create_default_context()

    def send(self, notification: Notification) -> None:
        """Hand an e-mail in, once.

        Raises:
            NotDelivered: the server did not take it for every mailbox, or it may not be sent there.
        """
        server = self._server
        if refused := receiver_refusal(server.host, server.port, encrypted=server.security != "none"):
            raise NotDelivered(f"Nothing was sent to DM_SMTP_HOST: {refused}.")
        try:
            with self._connected() as smtp:
                refusals = smtp.send_message(message(notification, self._sender, self._mailboxes, self._console))
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()))) from None
        except ssl.SSLError as error:
            raise NotDelivered(
                "The secure connection to the mail server fails: its certificate may be wrong."
            ) from error
        except TimeoutError as error:
            raise NotDelivered("The mail server did not answer in time.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(f"The mail server does not take it: {_reason(error)}.") from error
        if refusals:
            raise _refused(*next(iter(refusals.values())))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Lend a connection to the server that has let us in."""
        server = self._server
        if server.security == "tls":
            made: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=self._context)
        else:
            made = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        with made as smtp:
            if server.security == "starttls":
                smtp.starttls(context=self._context)
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp


def message(notification: Notification, sender: str, mailboxes: Sequence[str], console: str = "") -> EmailMessage:
    """Return a notification as an e-mail."""
    made = EmailMessage()
    made["Subject"] = " ".join(f"{notification.title}".split())
    made["From"] = sender
    made["To"] = ", ".join(mailboxes)
    made["Date"] = format_datetime(notification.at)
    made["Message-ID"] = f"<{notification.notification_id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    batch = f"Batch: {notification.job_id}" if notification.job_id else ""
    lines = (notification.text, batch, link(notification, console), "Draft Maker")
    made.set_content("\n\n".join(filter(None, lines)) + "\n")
    return made


def _refused(status: int, said: bytes | str) -> NotDelivered:
    """Return what it means that the server answers with an error."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    sentence = f"The mail server refuses it ({status}): {' '.join(words.split())[:200]}"
    return NotDelivered(f"{sentence.rstrip('.')}.", for_good=status in _FINAL)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", "") or " ".join(str(error).split())[:200] or type(error).__name__
