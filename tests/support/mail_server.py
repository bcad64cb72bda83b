"""A real SMTP server on a free loopback port, and a certificate of its own for `localhost`."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.clock import SystemClock
from engine.sandbox.emulators import free_ports


@dataclass
class Mailbox:
    """What the server took: e-mails, and who handed them in. It answers a message with the next of `answers`."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    tries: int = 0
    users: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, _server: object, session: Any, envelope: Any) -> str:  # noqa: N802 - as it is called
        self.tries += 1
        if self.answers:
            return self.answers.pop(0)
        self.encrypted.append(session.ssl is not None)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 Taken"

    def authenticate(self, _server: object, _session: object, _envelope: object, _kind: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (b"me", b"my-password")
        self.users += [data.login.decode()] if good else []
        return AuthResult(success=good, handled=False)


@dataclass(frozen=True)
class Certificate:
    """A key and its certificate, as the server has them, and the context of a client that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificate(folder: Path) -> Certificate:
    """Return a certificate for `localhost` that nobody else trusts."""
    key, now = ec.generate_private_key(ec.SECP256R1()), SystemClock().now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    formats = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private.write_bytes(key.private_bytes(*formats))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(public, private)
    return Certificate(server, ssl.create_default_context(cafile=str(public)))


@contextlib.contextmanager
def mail_server(made: Certificate | None = None) -> Iterator[Mailbox]:
    """Run an SMTP server, with `made` one that wants STARTTLS and an account."""
    mailbox = Mailbox()
    more: dict[str, Any] = {"tls_context": made.server, "require_starttls": True} if made else {}
    more |= {"authenticator": mailbox.authenticate, "auth_required": True} if made else {}
    (mailbox.port,) = free_ports(1)
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **more)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
