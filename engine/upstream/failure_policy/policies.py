"""What comes back of a call, what it means, and the form in which the table says so. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.domain.services import NAMES, Service
from engine.errors import (
    Blame,
    CredentialsRefused,
    OutcomeUnknown,
    PersonNeeded,
    RequestRefused,
    Trouble,
    UpstreamDown,
    UpstreamError,
)
from engine.redaction import redacted
from engine.upstream import fields

QUICK_TRIES = 5  # after the first one, while a service is `busy`
_LONGEST_WORDS = 300
_SETTINGS = {
    Service.DISCOGS: "DISCOGS_URL",
    Service.MUSICBRAINZ: "MUSICBRAINZ_URL",
    Service.COVERART: "COVERART_URL",
    Service.EBAY: "EBAY_URL",
}


class Failure(StrEnum):
    """What is wrong with a call that has no answer, or one that cannot be read."""

    ADDRESS = "the address is none"
    NAME = "the name has no address"
    REFUSED = "no connection is taken"
    CONNECT_TIMEOUT = "no connection in time"
    CERTIFICATE = "a certificate that is not trusted"
    TLS = "a secure connection that fails"
    READ_TIMEOUT = "no answer in time"
    LOST = "a connection that breaks before the answer"
    CUT = "an answer that breaks off"
    ASTRAY = "redirects without end"
    NOT_JSON = "something that is not JSON"
    NOT_OBJECT = "JSON that is no object"
    LACKS_FIELD = "an answer without what was asked for"


READ: Container[Failure | None] = frozenset({None})
UNREADABLE: Container[Failure | None] = frozenset({Failure.NOT_JSON, Failure.NOT_OBJECT})
ANY_BODY: Container[Failure | None] = frozenset({None, Failure.NOT_JSON, Failure.NOT_OBJECT})


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back of a call, or that nothing did.

    `point` is the client's name of the call. `status` is None without an answer, and `failure` None for a body that
    could be read. `codes` are the service's own error numbers or words, `said` what it said for people, `marks` that
    and what else makes a difference between refusals, in small letters. `renewable` says that the call was made with a
    token that may merely have run out.
    """

    service: str
    point: str
    status: int | None = None
    failure: Failure | None = None
    codes: tuple[int | str, ...] = ()
    said: str = ""
    marks: str = ""
    renewable: bool = False

    @property
    def success(self) -> bool:
        """Whether the service did what was asked, and its answer can be read."""
        return self.failure is None and self.status is not None and 200 <= self.status < 300


def reply(
    service: str,
    point: str,
    status: int,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
    *,
    failure: Failure | None = None,
    renewable: bool = False,
) -> Reply:
    """Return what an answer says of itself; `body` is {} where there is none, or none that can be read."""
    errors = fields.bodies(body.get("errors"))
    plain = body.get("message") or body.get("error_description") or body.get("error") or ""
    said = "; ".join([_words(error) for error in errors] or [str(plain)])
    names = [f"parameter:{item.get('name')}" for error in errors for item in fields.bodies(error.get("parameters"))]
    limits = [f"{key}:{headers.get(f'X-RateLimit-{key}', '')}" for key in ("zone", "who")]
    codes = [error.get("errorId") for error in errors] or [body.get("error")]
    return Reply(
        service,
        point,
        status,
        failure,
        codes=tuple(code for code in codes if isinstance(code, int | str)),
        said=redacted(" ".join(said.split()))[:_LONGEST_WORDS],
        marks=" ".join([said, *names, *limits]).lower(),
        renewable=renewable,
    )


def _words(error: Mapping[str, Any]) -> str:
    """Return eBay's message, with the reason it adds where the message alone says nothing (2004)."""
    parameters = fields.bodies(error.get("parameters"))
    reasons = [item.get("value") for item in parameters if item.get("name") == "reason"]
    return ": ".join(str(word) for word in (error.get("message") or error.get("errorId"), *reasons))


@dataclass(frozen=True, slots=True)
class Policy:
    """What a reply means. `blame` None is an answer that the client reads.

    `sentence` is what an operator reads; `{name}`, `{said}`, `{status}` and `{setting}` stand for the service, its
    words, the HTTP status and the setting that holds its address. A row that meets `UPSTREAM` runs again after 1, 2,
    4 … 60 s, never sooner than `wait_seconds` or what the service asks for; `busy` allows `QUICK_TRIES` in place
    before. `outage` counts against the service as a whole, `quota` says that it was called too often. `unsent` says
    that the call never left, `applied` that a write may have been done. `credentials` are what an OPERATOR must see
    to; `defect` says that the request was wrong, not the row.
    """

    blame: Blame | None
    sentence: str = ""
    wait_seconds: float | None = None
    outage: bool = False
    busy: bool = False
    quota: bool = False
    unsent: bool = False
    applied: bool = False
    credentials: bool = False
    defect: bool = False

    @property
    def trouble(self) -> Trouble:
        """What is wrong with the service, where the policy is to wait for it."""
        kinds = {Trouble.OUTAGE: self.outage, Trouble.BUSY: self.busy, Trouble.QUOTA: self.quota}
        return next((kind for kind, holds in kinds.items() if holds), Trouble.PASSING)

    def sentence_for(self, reply: Reply) -> str:
        """Return the sentence about this reply."""
        service = Service(reply.service)
        sentence = self.sentence.format(
            name=f"the {NAMES[service]}" if service is Service.COVERART else NAMES[service],
            said=(reply.said or "it gives no reason").rstrip("."),
            status=reply.status,
            setting=_SETTINGS[service],
        )
        return f"T{sentence[1:]}" if sentence.startswith("the ") else sentence

    def error(self, reply: Reply, call: str, *, write: bool, asked_seconds: float | None = None) -> UpstreamError:
        """Return the error that this reply to `call` is.

        `asked_seconds` is the wait that the service asks for, None when it names none.
        """
        sentence, status = self.sentence_for(reply), reply.status
        if self.blame is Blame.ITEM:
            code = next((code for code in reply.codes if isinstance(code, int)), None)
            return RequestRefused(reply.service, call, sentence, status=status, code=code, defect=self.defect)
        if self.blame is Blame.OPERATOR:
            return (CredentialsRefused if self.credentials else PersonNeeded)(
                reply.service, call, sentence, status=status
            )
        waits = [seconds for seconds in (asked_seconds, self.wait_seconds) if seconds is not None]
        return (OutcomeUnknown if write and self.applied else UpstreamDown)(
            reply.service,
            call,
            sentence,
            status=status,
            retry_after=max(waits, default=None),
            trouble=self.trouble,
            write_failed=write and not (self.unsent or self.busy or self.quota),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table: a reply that meets every condition means `policy`.

    `what` describes the reply in words. `statuses`, `codes`, `marks` and `points` are conditions only where they are
    given; of `codes` and `marks` any one is enough. `failures` is what the body may be like. `renewable` wants a token
    that may have run out.
    """

    what: str
    policy: Policy
    statuses: Container[int | None] = ()
    codes: tuple[int | str, ...] = ()
    marks: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    failures: Container[Failure | None] = READ
    renewable: bool = False

    def matches(self, reply: Reply) -> bool:
        """Tell whether the reply meets the conditions."""
        return (
            reply.failure in self.failures
            and (self.statuses == () or reply.status in self.statuses)
            and (not self.codes or any(code in self.codes for code in reply.codes))
            and (not self.marks or any(mark in reply.marks for mark in self.marks))
            and (not self.points or reply.point in self.points)
            and (reply.renewable or not self.renewable)
        )
