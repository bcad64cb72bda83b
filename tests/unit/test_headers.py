"""What every answer tells a browser."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from console.headers import API_POLICY, hardened, screens_policy

PAGE = "<head><script>\n let a = 1\n</script><script src='./x.js'></script></head>"
# printf '\n let a = 1\n' | openssl dgst -sha256 -binary | base64
DIGEST = "'sha256-1ObrXxGBlC83n3wDgmyGLmYDDdLgyASjCrRhrRkVBT8='"


def sent(
    path: str = "/", scheme: str = "http", given: list[tuple[bytes, bytes]] | None = None, **headers: str
) -> Headers:
    """Return the headers of an answer; `given` are the application's own, `headers` those of the request."""
    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "path": path, "scheme": scheme, "headers": asked}
    start = {"type": "http.response.start", "status": 200, "headers": given or []}
    return Headers(raw=hardened(start, scope, screens_policy([PAGE]))["headers"])


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in map(str.split, policy.split("; "))}


def test_scripts_are_our_own_or_stand_in_the_pages_that_are_named() -> None:
    assert directives(screens_policy([PAGE]))["script-src"] == ["'self'", "blob:", DIGEST]
    assert directives(screens_policy([]))["script-src"] == ["'self'", "blob:"]


def test_pictures_come_by_https_or_from_the_servers_that_are_named() -> None:
    pictures = directives(screens_policy([], ["http://127.0.0.1:8502"]))["img-src"]
    assert pictures == ["'self'", "data:", "blob:", "https:", "http://127.0.0.1:8502"]


@pytest.mark.parametrize("path", ["/api", "/api/docs", "/health"])
def test_an_answer_of_the_api_may_load_nothing(path: str) -> None:
    assert sent(path)["content-security-policy"] == API_POLICY
    assert directives(API_POLICY)["default-src"] == ["'none'"]


@pytest.mark.parametrize("path", ["/", "/apis", "/batch", "/media/x", "/healthy"])
def test_any_other_answer_has_the_policy_of_the_screens(path: str) -> None:
    assert sent(path)["content-security-policy"] == screens_policy([PAGE])


def test_what_the_application_says_under_our_names_does_not_count() -> None:
    theirs = [
        (b"Content-Security-Policy", b"default-src *"),
        (b"X-Content-Type-Options", b"no"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"etag", b"1"),
    ]
    headers = sent(given=theirs)
    assert headers.getlist("content-security-policy") == [screens_policy([PAGE])]
    assert headers.getlist("x-content-type-options") == ["nosniff"]
    assert ("access-control-allow-origin" in headers, headers["etag"]) == (False, "1")


def test_browsers_are_held_to_tls_only_where_it_is_spoken() -> None:
    asked = "max-age=31536000"
    assert sent().get("strict-transport-security") is None
    assert sent(scheme="https")["strict-transport-security"] == asked
    assert sent(x_forwarded_proto="https")["strict-transport-security"] == asked
    assert sent(x_forwarded_proto="http").get("strict-transport-security") is None
