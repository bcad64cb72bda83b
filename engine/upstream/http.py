"""The door: the one way out to a service, where what comes back becomes an answer or an error of ours.

A door asks once, and the table of blame says what came of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter

from engine.errors import UpstreamError
from engine.upstream.blame.rulings import Failure, Reply, Ruling, reply
from engine.upstream.blame.table import entry
from engine.upstream.blame.transport import failure, root

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

    `error` is what the answer, or the lack of one, means; None for an answer that the client reads: a success, a thing
    that is not there, a token that has run out and is renewed.
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
    """What a service said: a JSON object, {} when there is no body.

    `ruling` is None for a success, else what the table of blame has for a refusal that is an answer all the same.
    """

    body: dict[str, Any] = field(repr=False)
    ruling: Ruling | None = None

    @property
    def found(self) -> bool:
        """Whether the service did what was asked."""
        return self.ruling is None


class Door:
    """The way out to one service. `base` is the root that the service's documented paths are appended to."""

    def __init__(self, service: str, base: str, line: Line, *, gate: Gate | None = None) -> None:
        self.service = service
        self._base = base.rstrip("/")
        self._line = line
        self._gate = gate or Open()

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
        needs: Sequence[str] = (),
        write: bool = False,
        renewable: bool = False,
    ) -> Answer:
        """Call the service once and return what it said.

        `point` names the call for the observer and the table; a success has every field of `needs`. `write` says that
        the call changes something at the service, `renewable` that its token may have run out and can be renewed.

        Raises:
            UpstreamDown: it does not answer, or has trouble, or wants fewer calls.
            OutcomeUnknown: the same of a write that it may have applied.
            PersonNeeded: a person must act; CredentialsRefused when it is about our credentials.
            RequestRefused: it will not do this.
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
            return self._answer(point, call, response, needs=needs, write=write, renewable=renewable)
        except requests.RequestException as error:
            came = Reply(self.service, point, failure=failure(error))
            failed = entry(came).ruling.error(came, call, write=write)
            ended = Ended(time.monotonic() - started, error=failed)
            raise failed from root(error)
        except UpstreamError as error:
            ended = replace(ended, error=error)
            raise
        finally:
            self._gate.leave(taken, ended)
            self._line.observe(f"{self.service}.{point}:after")

    def _answer(
        self,
        point: str,
        call: str,
        response: requests.Response,
        *,
        needs: Sequence[str],
        write: bool,
        renewable: bool,
    ) -> Answer:
        """Return the response as an answer, or raise what the table says of it."""
        status, headers = response.status_code, response.headers
        body, wrong = _read(response, needs)
        came = reply(self.service, point, status, headers, body, failure=wrong, renewable=renewable)
        ruling = None if came.success else entry(came).ruling
        if ruling is None or ruling.blame is None:
            return Answer(body, ruling)
        asked = _seconds(headers.get("Retry-After", ""), headers.get("Date", ""))
        raise ruling.error(came, call, write=write, asked_seconds=asked)


def _read(response: requests.Response, needs: Sequence[str]) -> tuple[dict[str, Any], Failure | None]:
    """Return the body, {} when there is none, and what is wrong with it."""
    try:
        body = response.json() if response.content else {}
    except requests.JSONDecodeError:
        return {}, Failure.NOT_JSON
    if not isinstance(body, dict):
        return {}, Failure.NOT_OBJECT
    lacking = 200 <= response.status_code < 300 and any(body.get(name) is None for name in needs)
    return body, Failure.LACKS_FIELD if lacking else None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request alone: with no `auth`, requests would put a `.netrc` entry over our Authorization header."""
    return request


def _seconds(retry_after: str, date: str) -> float | None:
    """Return a Retry-After header in seconds; one given as a date counts from the answer's own Date."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - parsedate_to_datetime(date)).total_seconds())
    except ValueError:
        return None
