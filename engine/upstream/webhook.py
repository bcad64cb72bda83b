"""Notifications by webhook, signed so that the receiver knows who sent them.

A notification is posted as JSON: `type`, `timestamp` (of the event) and `data`. Three headers go with it: `webhook-id`,
the same at every try; `webhook-timestamp`, of the try, in seconds; and `webhook-signature`, which is `v1,` and the
HMAC-SHA256 of `id.timestamp.body` in base64. An answer of 2xx is a success, 410 means that no more is wanted.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (read 2026-11).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from engine.clock import Clock
from engine.codec import to_json, to_json_text
from engine.domain.notifications import Notification, link
from engine.errors import NotDelivered
from engine.upstream.failure_policy.transport import failure, root
from engine.upstream.http import HttpTransport
from engine.upstream.outgoing import receiver_refusal

PREFIX = "whsec_"
GONE = 410
_DATA = ("title", "text", "job_id", "batch", "rows", "service", "until", "url")


class Webhook:
    """Posts notifications to one address; `secret` is `whsec_` and base64, as the receiver has it.

    `console` is the address of the console, to which each has a link; "" for none.
    """

    def __init__(self, transport: HttpTransport, address: str, secret: str, clock: Clock, console: str = "") -> None:
        self._transport = transport
        self._address = address
        self._key = base64.b64decode(secret.removeprefix(PREFIX))
        self._clock = clock
        self._console = console

    def send(self, notification: Notification) -> None:
        """Post a notification once.

        Raises:
            NotDelivered: the receiver did not take it, or it may not be sent there.
        """
        self._ensure_allowed()
        body, seconds = payload(notification, self._console), str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": notification.notification_id,
            "webhook-timestamp": seconds,
            "webhook-signature": signature(self._key, notification.notification_id, seconds, body),
        }
        try:
            answer = self._transport.send("POST", self._address, headers, data=body)
        except requests.RequestException as error:
            raise NotDelivered(f"The receiver of the webhook does not take it: {failure(error)}.") from root(error)
        _ensure_taken(answer.status_code)

    def _ensure_allowed(self) -> None:
        parts = urlsplit(self._address)
        encrypted, host = parts.scheme == "https", parts.hostname or ""
        if encrypted and get_environ_proxies(self._address).get("https"):
            return  # names are the proxy's to look up
        if refused := receiver_refusal(host, parts.port or (443 if encrypted else 80), encrypted=encrypted):
            raise NotDelivered(f"Nothing was sent to DM_WEBHOOK_URL: {refused}.")


def payload(notification: Notification, console: str = "") -> bytes:
    """Return a notification as it is posted; what it does not have is left out."""
    fields = {**to_json(notification), "url": link(notification, console)}
    data = {"title": fields["title"], **{name: fields[name] for name in _DATA if fields[name]}}
    return to_json_text({"type": str(notification.kind), "timestamp": notification.at, "data": data})


def signature(key: bytes, name: str, seconds: str, body: bytes) -> str:
    """Return the signature of a message, as its header holds it."""
    digest = hmac.new(key, f"{name}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _ensure_taken(status: int) -> None:
    if 200 <= status < 300:
        return
    if status == GONE:
        raise NotDelivered("The receiver of the webhook wants no more of it (it answered 410).", for_good=True)
    if 300 <= status < 400:
        raise NotDelivered(
            f"The receiver of the webhook sends us to another address (it answered {status}), which is not followed: "
            "set DM_WEBHOOK_URL to the address where it is."
        )
    raise NotDelivered(f"The receiver of the webhook did not take it (it answered {status}).")
