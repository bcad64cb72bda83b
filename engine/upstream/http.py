"""The door: the one way out to a service, and the one place where what is not an answer becomes an error of ours.

A door asks once. It does not retry: the worker does, on the item's schedule.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError

from engine.errors import CredentialsRefused, OutcomeUnknown, RequestRefused, UpstreamDown, UpstreamError

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0

Observe = Callable[[str], None]
"""Called as `discogs.search:before` and `discogs.search:after` around every HTTP call."""


def unobserved(_point: str) -> None:
    """Let a call pass unseen."""


def session(connections: int) -> requests.Session:
    """Return a session that so many threads can use at once without waiting for each other; the caller closes it."""
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, HTTPAdapter(pool_connections=8, pool_maxsize=connections))
    return made


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: the HTTP status and headers (None and none without an answer), and how long it took.

    `error` is what the answer, or the lack of one, means; None for an answer that may be read.
    """

    seconds: float
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: UpstreamError | None = None


class Gate(Protocol):
    """What stands before a service: its budget of calls, and whether it may be called at all."""

    def enter(self) -> Any:
        """Wait until one call may be made, in the name of the asker, and return what `leave` wants back.

        Raises:
            UpstreamDown: the service is not to be called now.
            CredentialsRefused: it has just refused our credentials.
            GivenBack: the asker is not to go on.
        """
        ...

    def leave(self, taken: Any, ended: Ended) -> None:
        """Tell how the call ended that `enter` let through; called once for each, whatever happened."""
        ...


class Open:
    """A gate that lets everybody through."""

    def enter(self) -> None:
        """Let a call through."""

    def leave(self, taken: Any, ended: Ended) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class Line:
    """What all doors of a process share.

    `user_agent` is `Name/version +contact`: Discogs and MusicBrainz refuse callers without one.
    """

    session: requests.Session
    user_agent: str
    observe: Observe = unobserved
    read_seconds: float = READ_SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said: a status below 500 other than 429, and a JSON object ({} when there is no body)."""

    service: str
    call: str
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] = field(repr=False)

    @property
    def found(self) -> bool:
        """Tell whether the thing asked for is there: True for 2xx, False for 404.

        Raises:
            CredentialsRefused: 401 and 403.
            RequestRefused: any other status.
        """
        if self.status == 404:
            return False
        if not 200 <= self.status < 300:
            raise self.refusal()
        return True

    def part(self, name: str) -> Any:
        """Return one field of the body.

        Raises:
            UpstreamDown: the body has no such field, so it is not the answer to what was asked.
            CredentialsRefused, RequestRefused: as `found`.
        """
        if not self.found or name not in self.body:
            raise UpstreamDown(self.service, self.call, f"its answer has no {name!r}", status=self.status)
        return self.body[name]

    def refusal(self) -> UpstreamError:
        """Return the error that says why the service refused, in its own words."""
        said = self.body.get("message") or self.body.get("error") or f"it answered {self.status}"
        if self.status in (401, 403):
            return CredentialsRefused(self.service, self.call, str(said), status=self.status)
        return RequestRefused(self.service, self.call, str(said), status=self.status)


class Door:
    """The way out to one service.

    `base` is the root that the service's documented paths are appended to. `waits` gives, by status, the seconds to
    wait when the service asks for less or names none. `plain_404` says that its "not there" is no JSON.
    """

    def __init__(
        self,
        service: str,
        base: str,
        line: Line,
        *,
        gate: Gate | None = None,
        waits: Mapping[int, float] | None = None,
        plain_404: bool = False,
    ) -> None:
        self.service = service
        self._base = base.rstrip("/")
        self._line = line
        self._gate = gate or Open()
        self._waits = waits or {}
        self._plain_404 = plain_404

    def ask(
        self,
        point: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        write: bool = False,
    ) -> Answer:
        """Call the service once and return what it said.

        `point` names the call for the observer; `write` says that the call changes something at the service.

        Raises:
            UpstreamDown: no answer (unreachable, too slow, cut off, HTML), 429, 5xx, or the worker is to stop.
            OutcomeUnknown: the same of a write that the service may have applied.
        """
        call = f"{method} {path}"
        taken = self._gate.enter()
        self._line.observe(f"{self.service}.{point}:before")
        started = time.monotonic()
        ended = Ended(0.0)
        try:
            response = self._line.session.request(
                method,
                self._base + path,
                params=params,
                json=json,
                data=form,
                headers={"User-Agent": self._line.user_agent, "Accept": "application/json", **(headers or {})},
                auth=_as_it_is,
                timeout=(CONNECT_SECONDS, self._line.read_seconds),
                allow_redirects=method == "GET",
            )
            ended = Ended(time.monotonic() - started, response.status_code, response.headers)
            return self._answer(call, response, write=write)
        except requests.RequestException as error:
            failed = self._failed(call, error, write=write)
            ended = Ended(time.monotonic() - started, error=failed)
            raise failed from failed.__cause__
        except UpstreamError as error:
            ended = replace(ended, error=error)
            raise
        finally:
            self._gate.leave(taken, ended)
            self._line.observe(f"{self.service}.{point}:after")

    def _answer(self, call: str, response: requests.Response, *, write: bool) -> Answer:
        """Return the response as an answer, or raise what its status and body mean."""
        status = response.status_code
        if status == 429 or status >= 500:
            unsure = write and status != 429
            raise _down(unsure)(
                self.service,
                call,
                "it asks for fewer calls" if status == 429 else f"it answered {status}",
                status=status,
                retry_after=self._retry_after(response),
            )
        try:
            wordless = not response.content or (status == 404 and self._plain_404)
            body = {} if wordless else response.json()
        except requests.JSONDecodeError as error:
            reason = f"it answered {status} with something that is not JSON"
            raise _down(write and status < 400)(self.service, call, reason, status=status) from error
        if not isinstance(body, dict):
            raise _down(write and status < 400)(self.service, call, "its answer is not an object", status=status)
        return Answer(self.service, call, status, response.headers, body)

    def _failed(self, call: str, error: requests.RequestException, *, write: bool) -> UpstreamDown:
        """Return what a failed call means; a write that never left cannot have been applied."""
        root = error.args[0] if error.args else error
        if isinstance(root, MaxRetryError):
            root = root.reason  # the outer text holds the query string
        unsent = isinstance(error, requests.ConnectTimeout) or isinstance(root, NewConnectionError)
        reason = "it did not answer in time" if isinstance(error, requests.Timeout) else "the connection failed"
        failed = _down(write and not unsent)(self.service, call, reason)
        failed.__cause__ = root if isinstance(root, BaseException) else error
        return failed

    def _retry_after(self, response: requests.Response) -> float | None:
        """Return the seconds to wait before the next call, None when neither the service nor `waits` says."""
        asked = _seconds(response.headers.get("Retry-After", ""), response.headers.get("Date", ""))
        least = self._waits.get(response.status_code)
        return max((seconds for seconds in (asked, least) if seconds is not None), default=None)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request alone: with no `auth`, requests would put a `.netrc` entry over our Authorization header."""
    return request


def _down(unsure: bool) -> type[UpstreamDown]:
    return OutcomeUnknown if unsure else UpstreamDown


def _seconds(retry_after: str, date: str) -> float | None:
    """Return a Retry-After header in seconds; one given as a date counts from the answer's own Date."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - parsedate_to_datetime(date)).total_seconds())
    except ValueError:
        return None
