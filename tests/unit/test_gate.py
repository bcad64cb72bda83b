"""Which hosts are ours, and what a body may be."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from console.hosts import own_hosts
from console.rules import MOST_JSON, refusal, rule_of
from engine.errors import BadSetting
from engine.settings import load


def status(path: str = "/api/batch/jobs", method: str = "GET", hosts: str = "localhost:8501", **headers: str) -> int:
    """Return the status of the refusal, 0 where the request passes."""
    given = Headers({"host": "localhost:8501"} | {name.replace("_", "-"): value for name, value in headers.items()})
    refused = refusal(rule_of(path), method, given, frozenset(hosts.split(",")))
    return refused.status if refused else 0


@pytest.mark.parametrize(
    ("address", "port", "names", "host", "ours"),
    [
        ("127.0.0.1", 8501, (), "127.0.0.1:8501", True),
        ("127.0.0.1", 8501, (), "localhost:8501", True),
        ("127.0.0.1", 8501, (), "LOCALHOST:8501", True),
        ("127.0.0.1", 8501, (), "[::1]:8501", True),
        ("127.0.0.1", 8501, (), "localhost:9000", False),
        ("127.0.0.1", 8501, (), "localhost", False),
        ("127.0.0.1", 80, (), "localhost", True),
        ("127.0.0.1", 8501, (), "evil.example:8501", False),
        ("127.0.0.1", 8501, (), "localhost.evil.example:8501", False),
        ("127.0.0.1", 8501, (), "evil.example#localhost:8501", False),
        ("127.0.0.1", 8501, (), "", False),
        ("0.0.0.0", 8080, (), "0.0.0.0:8080", False),
        ("::", 8080, (), "[::]:8080", False),
        ("192.168.1.5", 8501, (), "192.168.1.5:8501", True),
        ("192.168.1.5", 8501, (), "192.168.1.6:8501", False),
        ("fd00::5", 8501, (), "[fd00::5]:8501", True),
        ("0.0.0.0", 8080, ("drafts.example.com",), "drafts.example.com", True),
        ("0.0.0.0", 8080, ("Drafts.example.com",), "drafts.example.com:443", True),
        ("0.0.0.0", 8080, ("drafts.example.com",), "drafts.example.com:x", False),
        ("0.0.0.0", 8080, ("drafts.example.com:8443",), "drafts.example.com:8443", True),
        ("0.0.0.0", 8080, ("drafts.example.com:8443",), "drafts.example.com", False),
        ("0.0.0.0", 8080, ("drafts.example.com",), "a.drafts.example.com", False),
    ],
    ids=lambda value: str(value).replace("::", ".."),  # two colons part the names of tests
)
def test_a_host_is_ours_when_it_is_named_with_its_port(
    address: str, port: int, names: tuple[str, ...], host: str, ours: bool
) -> None:
    assert status(hosts=",".join(own_hosts(address, port, names)), host=host) == (0 if ours else 421)


def test_a_request_with_two_hosts_or_none_is_refused() -> None:
    two = Headers(raw=[(b"host", b"localhost:8501"), (b"host", b"localhost:8501")])
    for headers in (two, Headers({})):
        refused = refusal(rule_of("/api/batch/jobs"), "GET", headers, frozenset({"localhost:8501"}))
        assert refused is not None
        assert refused.status == 421


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, 0),
        ({"content_length": "0"}, 0),
        ({"content_type": "application/json", "content_length": "2"}, 0),
        ({"content_type": "Application/JSON; charset=utf-8", "content_length": "2"}, 0),
        ({"content_type": "application/json", "content_length": str(MOST_JSON)}, 0),
        ({"content_type": "application/json", "content_length": str(MOST_JSON + 1)}, 413),
        ({"content_length": "2"}, 415),
        ({"transfer_encoding": "chunked"}, 415),
        ({"content_type": "text/plain", "content_length": "0"}, 415),
        ({"content_type": "text/plain;application/json"}, 415),
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_a_call_of_the_api_takes_json_of_a_bounded_size_or_no_body(headers: dict[str, str], refused: int) -> None:
    assert status("/api/batch/batch_1/pause", "POST", **headers) == refused


@pytest.mark.parametrize(
    ("origin", "refused"),
    [
        ("http://localhost:8501", 0),
        ("HTTP://LOCALHOST:8501", 0),
        ("http://localhost:8502", 403),
        ("http://evil.example", 403),
        ("http://localhost:8501.evil.example", 403),
        ("http://evil.example/http://localhost:8501", 403),
        ("http://localhost:8501/", 403),
        ("null", 403),
        ("", 403),
        ("http://[", 403),
        ("localhost:8501", 403),
    ],
)
def test_an_origin_is_ours_when_it_is_the_host_that_is_called(origin: str, refused: int) -> None:
    for method in ("GET", "POST", "WEBSOCKET"):
        assert status("/api/batch/batch_1/pause", method, origin=origin) == refused


@pytest.mark.parametrize("hosts", ["https://drafts.example.com", "drafts.example.com/x", "*", "a b", "user@host"])
def test_a_setting_that_no_request_could_name_is_refused(hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_HOSTS", hosts)
    with pytest.raises(BadSetting, match=r"DM_HOSTS: must be names such as drafts\.example\.com"):
        load()


def test_the_setting_lists_names_with_and_without_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_HOSTS", "drafts.example.com, [fd00::5]:8080,10.0.0.7")
    assert load().own_hosts == {"drafts.example.com", "[fd00::5]:8080", "10.0.0.7"}
