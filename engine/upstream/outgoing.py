"""What may go out to a service, and what may come back: seen to at every call, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def secrets_of(headers: Mapping[str, str], form: Mapping[str, str]) -> Iterator[str]:
    """Yield what must not be repeated of a request, whoever repeats it: what lets us in, and what is asked with it."""
    kind, _, value = headers.get("Authorization", "").partition(" ")
    if kind:
        yield value
        yield from value.replace("=", " ").split()
    yield from (form.get(name, "") for name in ("refresh_token", "code"))
