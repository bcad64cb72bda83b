"""Keys as Identity-Aware Proxy publishes them, at an address of their own, and assertions that it would sign."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

AUDIENCE = "/projects/1234/locations/europe-west1/services/draft-maker-console"
USER = "ann@example.com"


class IdentityProxy:
    """Has one key at a time; `away` while its keys cannot be read."""

    def __init__(self) -> None:
        self.away = False
        self.reads = 0
        self.rotate("first")

    def rotate(self, key_id: str) -> None:
        """Sign with a new key from now on, and publish no other."""
        self.key_id, self._key = key_id, ec.generate_private_key(ec.SECP256R1())

    @property
    def published(self) -> dict[str, str]:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return {self.key_id: self._key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()}

    def assertion(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a signed assertion; `header` and `claims` are put over those of a valid one."""
        now = int(time.time())
        own = {"iss": "https://cloud.google.com/iap", "aud": AUDIENCE, "sub": "accounts.google.com:1", "email": USER}
        parts = (
            {"alg": "ES256", "typ": "JWT", "kid": self.key_id, **(header or {})},
            {"iat": now, "exp": now + 600, **own, **claims},
        )
        signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@contextmanager
def publishing(proxy: IdentityProxy) -> Iterator[str]:
    """Serve the keys for as long as the block lasts; yield their address."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            proxy.reads += 1
            self.send_response(503 if proxy.away else 200)
            self.end_headers()
            self.wfile.write(json.dumps(proxy.published).encode())

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/public_key"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
