"""What goes out to the services and comes back: no way off them, nothing without end."""

from __future__ import annotations

import ast
import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.download import Link
from engine.errors import DownloadFailed, UpstreamDown
from engine.retry import RetryPolicy
from engine.upstream import outgoing
from engine.upstream.http import HttpTransport, ServiceClient
from engine.upstream.outgoing import onward, public
from tests.support.answering import Answering, Reply, answering

ENGINE = Path(__file__).parents[2] / "engine"
LIVE, ALSO = "https://coverartarchive.org", ("coverartarchive.org", "archive.org")
INSIDE = ("127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fe80::1]", "0.0.0.0")


@contextlib.contextmanager
def client(service: Answering) -> Iterator[ServiceClient]:
    with requests.Session() as session:
        yield ServiceClient("discogs", service.url, HttpTransport(session, "test", read_seconds=1.0))


def test_a_redirect_off_a_service_is_not_followed() -> None:
    with (
        answering(lambda _: Reply(body={"secret": "of the network"})) as other,
        answering(lambda _: Reply(302, headers={"Location": f"{other.url}/inside"})) as service,
        client(service) as discogs,
        pytest.raises(UpstreamDown),
    ):
        discogs.request("release", "GET", "/releases/1")
    assert other.asked == []


def test_a_redirect_on_the_host_of_a_service_is_followed_but_not_that_of_a_write() -> None:
    def answer(path: str) -> Reply:
        return Reply(302, headers={"Location": "/there"}) if path != "/there" else Reply(body={"id": 1})

    with answering(answer) as service, client(service) as discogs:
        assert discogs.request("release", "GET", "/releases/1").body == {"id": 1}
        with pytest.raises(UpstreamDown):
            discogs.request("release", "POST", "/releases/1", write=True)
    assert service.asked == ["GET /releases/1", "GET /there", "POST /releases/1"]


@pytest.mark.parametrize("host", INSIDE)
def test_no_service_leads_into_the_network_that_we_stand_in(host: str) -> None:
    assert onward(f"http://{host}/latest/meta-data", LIVE, ALSO) == ""
    assert public(f"https://{host}/latest/meta-data", "https://data.example.org/x") == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x",
        "https://archive.org.evil.example/x",
        "https://evil.example#.archive.org",
        "https://evil.example\\.archive.org/x",
        "https://archive.org@evil.example/x",
        "https://notarchive.org/x",
        "ftp://archive.org/x",
        "file:///etc/passwd",
        "https://[::1",
        "//evil.example/x",
        "",
    ],
)
def test_what_only_looks_like_a_domain_of_a_service_is_not_followed(address: str) -> None:
    assert onward(address, LIVE, ALSO) == ""


@given(st.text(max_size=40), st.sampled_from(["archive.org", "coverartarchive.org", "evil.example"]))
def test_whatever_is_followed_is_at_a_domain_of_the_service_and_https(text: str, domain: str) -> None:
    for address in (f"http://{text}{domain}/x", f"https://{domain}{text}", text):
        if found := onward(address, LIVE, ALSO):
            host = requests.Request("GET", found).prepare().url or ""
            assert host.startswith("https://")
            assert (host.split("/")[2].split("@")[-1].partition(":")[0]).endswith(ALSO)


def test_an_answer_without_end_is_left_and_so_is_one_that_drips() -> None:
    for pieces in (lambda: b"1000\r\n" + b"x" * 4096 + b"\r\n", lambda: b"1\r\nx\r\n"):
        with endless(pieces) as service, client(service) as discogs, pytest.raises(UpstreamDown):
            discogs.request("release", "GET", "/releases/1")


def test_a_body_that_unpacks_without_end_is_left() -> None:
    bomb = gzip.compress(b"[" + b"0," * (outgoing.MOST_BYTES // 2 + 10) + b"0]")
    with (
        bytes_served(bomb, "Content-Encoding: gzip") as service,
        client(service) as discogs,
        pytest.raises(UpstreamDown),
    ):
        discogs.request("release", "GET", "/releases/1")


def test_a_dump_that_leads_into_the_network_is_refused() -> None:
    with (
        answering(lambda _: Reply(body="inside")) as other,
        answering(lambda _: Reply(302, headers={"Location": f"{other.url}/x"})) as service,
        requests.Session() as session,
        pytest.raises(DownloadFailed, match="leads elsewhere"),
    ):
        Link(session, "test", Event(), RetryPolicy(first=0.01, tries=1)).text(f"{service.url}/list")
    assert other.asked == []


def test_only_these_modules_speak_http() -> None:
    """Whoever adds one says here where its addresses come from."""
    known = {
        "catalog/commands.py",  # lends the session to downloads
        "catalog/download.py",  # dumps, at the addresses of their publishers or the operator's
        "telemetry/exporters.py",  # metrics and traces, to the operator's collector
        "upstream/bodies.py",
        "upstream/http.py",  # the services, at their configured addresses
        "upstream/outgoing.py",
        "upstream/redirects.py",
        "upstream/webhook.py",  # notifications, at the operator's address
        "upstream/failure_policy/transport.py",
        "doctor/services.py",
        "evidence/absence.py",  # a line to an emulator on this machine
        "evidence/trials.py",  # the sandbox that it has started itself
        "bootstrap/services.py",
        "bootstrap/workers.py",
        "files/gcs.py",  # Google's own clients
        "secrets/cloud.py",
        "supervisor.py",  # this machine's console
        "health.py",  # the same
        "startup.py",  # whether a port is free
        "doctor/doctor.py",  # this machine's name, and the session of the checks
    }
    otlp = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    libraries = {otlp, "requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "socket"}
    found = {
        str(path.relative_to(ENGINE))
        for path in ENGINE.rglob("*.py")
        if "sandbox" not in path.parts and libraries & set(imported(path))
    }
    assert found == known


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@contextlib.contextmanager
def endless(piece: Callable[[], bytes]) -> Iterator[Answering]:
    """Run a service that never ends its answer."""
    with speaking(b"Transfer-Encoding: chunked", piece) as service:
        yield service


@contextlib.contextmanager
def bytes_served(body: bytes, header: str) -> Iterator[Answering]:
    """Run a service that answers with these bytes."""
    sent = iter([body])
    with speaking(f"{header}\r\nContent-Length: {len(body)}".encode(), lambda: next(sent, b"")) as service:
        yield service


@contextlib.contextmanager
def speaking(headers: bytes, piece: Callable[[], bytes]) -> Iterator[Answering]:
    """Run a service that answers one call with what `piece` returns, until that is empty or nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n\r\n")
                while sent := piece():
                    connection.sendall(sent)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Answering(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(20)
