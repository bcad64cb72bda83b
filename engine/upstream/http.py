"""The one way out to a service: a call, and what comes back as a response or as an error of ours.

A call is made once. The failure policy says what an answer, or the lack of one, means.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter

from engine import __version__
from engine.errors import UpstreamDown, UpstreamError
from engine.redaction import know
from engine.telemetry import metrics, tracing
from engine.upstream.bodies import Wanted, read_body
from engine.upstream.caller import UNATTENDED, Caller, CallerBound
from engine.upstream.failure_policy.policies import Policy, Reply, reply
from engine.upstream.failure_policy.table import entry_for
from engine.upstream.failure_policy.transport import failure, root
from engine.upstream.outgoing import Lead, as_it_is, incoming, onward, secrets_of, wait_asked

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0  # for the next bytes of an answer
WHOLE = 3  # so many times as long for all of it
PROJECT = "https://example.com/draft-maker"

Observe = Callable[[str], None]
"""Called with `discogs.search:before` and `discogs.search:after` around every HTTP call."""


def user_agent(contact: str) -> str:
    """Return how we present ourselves, with the operator's contact where they gave one."""
    return f"DraftMaker/{__version__} +{contact or PROJECT}"


def unobserved(_point: str) -> None:
    """Let a call pass unseen."""


def session(connections: int) -> requests.Session:
    """Return a session that so many threads can use at once without waiting for each other; the caller closes it."""
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, HTTPAdapter(pool_connections=8, pool_maxsize=connections))
    return made


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a call ended: the HTTP status and headers (None and none without an answer), and how long it took.

    `error` is what the answer, or the lack of one, means; None for an answer that the client reads: a success, a thing
    that is not there, a token that has run out and is renewed.
    """

    seconds: float
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: UpstreamError | None = None

    @property
    def outcome(self) -> str:
        """Return in a word what came of it, for whoever counts: `ok`, the trouble of the service, or the error."""
        if self.error is None:
            return "ok" if self.status is not None else "unknown"
        return str(self.error.trouble) if isinstance(self.error, UpstreamDown) else type(self.error).__name__


class Limiter(Protocol):
    """What guards a service: its quota of calls, and whether it may be called at all."""

    def acquire(self, caller: Caller, *, write: bool = False) -> Any:
        """Wait until one call may be made on behalf of `caller`; return the permit that `release` wants back.

        `write` says that the call changes something at the service: no such call probes whether it answers.

        Raises:
            UpstreamDown: the service must not be called now.
            CredentialsRefused: it has just refused our credentials.
            Requeued: the caller must not go on.
        """
        ...

    def release(self, permit: Any, result: CallResult) -> None:
        """Record how the call ended that `permit` was for; called once for each, whatever happened."""
        ...


class Unlimited:
    """A limiter that permits every call."""

    def acquire(self, caller: Caller, *, write: bool = False) -> None:
        """Permit a call."""

    def release(self, permit: Any, result: CallResult) -> None:
        """Record nothing."""


UNLIMITED = Unlimited()


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """What all service clients of a process share.

    `user_agent` is `Name/version +contact`: Discogs and MusicBrainz refuse callers without one.
    """

    session: requests.Session
    user_agent: str
    observe: Observe = unobserved
    read_seconds: float = READ_SECONDS

    def send(
        self, method: str, address: str, headers: Mapping[str, str] | None, lead: Lead | None = None, **more: Any
    ) -> requests.Response:
        """Send one HTTP request, as it is; a redirect is followed to where `lead` says, with None nowhere.

        Raises:
            RequestException: there is no answer, or one out of bounds, or it leads astray.
        """
        headers = {"User-Agent": self.user_agent, "Accept": "application/json", **(headers or {})}
        data = more.get("data")
        know(*secrets_of(headers, data if isinstance(data, Mapping) else {}))
        more |= {"timeout": (CONNECT_SECONDS, self.read_seconds), "allow_redirects": lead is not None, "stream": True}
        hooks = {"response": [*self.session.hooks["response"], incoming(lead, WHOLE * self.read_seconds)]}
        try:
            return self.session.request(method, address, headers=headers, auth=as_it_is, hooks=hooks, **more)
        except requests.RequestException:
            raise
        except ValueError as error:  # requests takes a Location apart, whether it is to follow it or not
            raise requests.TooManyRedirects("a Location that is no address") from error


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """What a service answered: a JSON object, {} when there is no body.

    `policy` is None for a success, else what the failure policy has for a refusal that is an answer all the same.
    `address` is where it came from, behind all redirects.
    """

    body: dict[str, Any] = field(repr=False)
    policy: Policy | None = None
    address: str = field(default="", repr=False)

    @property
    def found(self) -> bool:
        """Whether the service did what was asked."""
        return self.policy is None


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """Calls one service. `base` is the root that the service's documented paths are appended to.

    It may redirect within its host and to the domains `also`. Every call is made on behalf of `caller`, who waits for
    it; `for_caller` returns the same client for another one.
    """

    service: str
    base: str
    transport: HttpTransport
    limiter: Limiter = UNLIMITED
    caller: Caller = UNATTENDED
    also: tuple[str, ...] = ()

    def for_caller(self, caller: Caller) -> ServiceClient:
        """Return this client, calling on behalf of `caller`."""
        return replace(self, caller=caller)

    def onward(self, address: str) -> str:
        """Return the address under which a redirect of the service is followed, "" where it may not be."""
        return onward(address, self.base, self.also)

    def request(
        self,
        point: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        needs: Sequence[str] = (),
        lists: Sequence[str] = (),
        write: bool = False,
        renewable: bool = False,
        judge: Callable[[dict[str, Any]], None] | None = None,
    ) -> ServiceResponse:
        """Call the service once and return what it answered.

        `point` names the call for the observer and the failure policy; a success has every field of `needs`, and a
        list in each of `lists`. `write` says that the call changes something at the service, `renewable` that its token
        may have run out and can be renewed. `judge` may raise what the body of a success comes to.

        Raises:
            UpstreamDown: it does not answer, or has trouble, or wants fewer calls.
            OutcomeUnknown: the same of a write that it may have applied.
            PersonNeeded: a person must act; CredentialsRefused when it is about our credentials.
            RequestRefused: it will not do this.
        """
        call = f"{method} {path}"
        with self.calling(point, call, write=write) as answered:
            lead = self.onward if method == "GET" else None
            content = {"params": params, "json": json, "data": form}
            response = self.transport.send(method, self.base.rstrip("/") + path, headers, lead, **content)
            answered(response)
            wanted = Wanted(needs, lists)
            found = self._response(point, call, response, wanted, write=write, renewable=renewable)
            if judge and found.found:
                judge(found.body)
            return found

    @contextmanager
    def calling(self, point: str, call: str, *, write: bool = False) -> Iterator[Callable[[requests.Response], None]]:
        """Permit the call that the block makes, and record how it ends; the block hands over each answer that comes.

        Raises:
            UpstreamError: the call may not be made now, or gets no answer; or what the block raises.
            Requeued: the caller must not go on.
        """
        permit = self.limiter.acquire(self.caller, write=write)
        span = tracing.begin_call(self.service, point)
        self.transport.observe(f"{self.service}.{point}:before")
        started = time.monotonic()
        result = CallResult(0.0)

        def answered(response: requests.Response) -> None:
            nonlocal result
            result = CallResult(time.monotonic() - started, response.status_code, response.headers)

        try:
            yield answered
        except requests.RequestException as error:
            failed = self._no_answer(point, call, error, write=write)
            result = CallResult(time.monotonic() - started, error=failed)
            raise failed from root(error)
        except UpstreamError as error:
            result = replace(result, error=error)
            raise
        finally:
            self.limiter.release(permit, result)
            self._tell(span, point, result)
            self.transport.observe(f"{self.service}.{point}:after")

    def _tell(self, span: tracing.Span, point: str, result: CallResult) -> None:
        """Count a call that has ended, and end its span."""
        labels = {"service": self.service, "call": point, "outcome": result.outcome}
        metrics.call_duration.record(result.seconds, labels)
        tracing.end_call(span, result.outcome, result.status)

    def _no_answer(self, point: str, call: str, error: requests.RequestException, *, write: bool) -> UpstreamError:
        """Return what it means that a call got no answer."""
        came = Reply(self.service, point, failure=failure(error))
        return entry_for(came).policy.error(came, call, write=write)

    def _response(
        self,
        point: str,
        call: str,
        response: requests.Response,
        wanted: Wanted,
        *,
        write: bool,
        renewable: bool,
    ) -> ServiceResponse:
        """Return the response, or raise what the failure policy makes of it."""
        status, headers = response.status_code, response.headers
        body, wrong = read_body(response, wanted)
        came = reply(self.service, point, status, headers, body, failure=wrong, renewable=renewable)
        policy = None if came.success else entry_for(came).policy
        if policy is None or policy.blame is None:
            return ServiceResponse(body, policy, response.url)
        asked = wait_asked(headers.get("Retry-After", ""), headers.get("Date", ""))
        raise policy.error(came, call, write=write, asked_seconds=asked)


class ServiceApi(CallerBound):
    """What the typed clients of the services share."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def _bind(self, caller: Caller) -> None:
        self._client = self._client.for_caller(caller)
