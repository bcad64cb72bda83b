"""Secret Manager on a loopback port, as far as its REST interface is used here."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceRestTransport


@dataclass
class SecretManager:
    """Secrets by name, each a list of versions; a destroyed one is None. `refuses` is a status that it answers."""

    address: str
    versions: dict[str, list[str | None]] = field(default_factory=dict)
    refuses: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self) -> SecretManagerServiceClient:
        transport = SecretManagerServiceRestTransport(
            host=self.address, url_scheme="http", credentials=AnonymousCredentials()
        )
        return SecretManagerServiceClient(transport=transport)

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, object]:
        """Return status and body."""
        if self.refuses:
            return self.refuses, _error(self.refuses)
        resource, _, verb = path.removeprefix("/v1/").partition(":")
        parts = resource.split("/")
        if method == "POST" and parts[2:] == ["secrets"]:
            name = f"{resource}/{query['secretId'][0]}"
            if name in self.versions:
                return 409, _error(409)
            self.versions[name] = []
            return 200, {"name": name}
        secret = "/".join(parts[:4])
        if secret not in self.versions:
            return 404, _error(404)
        kept = self.versions[secret]
        if method == "DELETE":
            del self.versions[secret]
            return 200, {}
        if verb == "addVersion":
            kept.append(base64.b64decode(json.loads(body)["payload"]["data"]).decode())
            return 200, self._version(secret, len(kept))
        if verb == "destroy":
            kept[int(parts[5]) - 1] = None
            return 200, self._version(secret, int(parts[5]))
        if verb == "access":
            if not kept:
                return 404, _error(404)
            if kept[-1] is None:
                return 400, _error(400, "FAILED_PRECONDITION")
            return 200, {"name": f"{secret}/versions/{len(kept)}", "payload": {"data": _packed(kept[-1])}}
        return 200, {"versions": [self._version(secret, number + 1) for number in range(len(kept))]}

    def _version(self, secret: str, number: int) -> dict[str, str]:
        state = "DESTROYED" if self.versions[secret][number - 1] is None else "ENABLED"
        return {"name": f"{secret}/versions/{number}", "state": state}


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _error(status: int, word: str = "") -> dict[str, object]:
    words = {403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS", 503: "UNAVAILABLE"}
    return {"error": {"code": status, "message": "no", "status": word or words[status]}}


@contextlib.contextmanager
def secret_manager() -> Iterator[SecretManager]:
    """Run it for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            asked = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with served.lock:
                status, said = served.answer(self.command, asked.path, parse_qs(asked.query), body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - as the standard library calls them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = SecretManager(f"127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield served
        server.shutdown()
        thread.join()
