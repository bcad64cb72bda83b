"""Errors of the services."""

from __future__ import annotations

from enum import StrEnum

from engine.errors.base import Blame, EngineError
from engine.redaction import redacted


class UpstreamError(EngineError):
    """An answer, or the lack of one, of a service.

    Holds the service, the call without its query (`GET /releases/1`), the HTTP status (None when there was no answer)
    and the reason: the sentence that an operator reads. Never a token, a body or a query string.
    """

    blame = Blame.UPSTREAM

    def __init__(self, service: str, call: str, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason)
        self.service = service
        self.call = redacted(call)
        self.reason = str(self)
        self.status = status


class Trouble(StrEnum):
    """What is wrong with a service that does not do its work."""

    OUTAGE = "outage"  # it counts as a failure of the service as a whole
    BUSY = "busy"  # a few quick retries are worth it
    QUOTA = "quota"  # it was called too often
    PASSING = "passing"  # this call alone cannot be done at the moment
    BREAKER_OPEN = "breaker_open"  # it was not called at all, after several failures in a row


class UpstreamDown(UpstreamError):
    """The service is busy, broken or unreachable.

    `retry_after` is the number of seconds to wait at least, None when the service does not say. `write_failed` says
    that a write was sent and failed, or may have failed: eBay's licence allows two repetitions.
    """

    def __init__(
        self,
        service: str,
        call: str,
        reason: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        trouble: Trouble = Trouble.OUTAGE,
        write_failed: bool = False,
    ) -> None:
        super().__init__(service, call, reason, status=status)
        self.retry_after = retry_after
        self.trouble = trouble
        self.write_failed = write_failed

    @property
    def for_long(self) -> bool:
        """Whether the service will not answer soon: its breaker is open, or it is still busy after a few tries."""
        return self.trouble in {Trouble.BREAKER_OPEN, Trouble.BUSY}


class OutcomeUnknown(UpstreamDown):
    """A write was sent and may or may not have been applied: ask the service before writing again."""


class PersonNeeded(UpstreamError):
    """No retry can help until a person has acted; the reason says what to do."""

    blame = Blame.OPERATOR


class CredentialsRefused(PersonNeeded):
    """The service does not accept our credentials."""


class RequestRefused(UpstreamError):
    """The service understood the request and refuses it; the same request will be refused again.

    `code` is the service's own error number, None when it has none. `defect` says that the request itself was wrong,
    not the row's data.
    """

    blame = Blame.ITEM

    def __init__(
        self,
        service: str,
        call: str,
        reason: str,
        *,
        status: int | None = None,
        code: int | None = None,
        defect: bool = False,
    ) -> None:
        super().__init__(service, call, reason, status=status)
        self.code = code
        self.defect = defect


class NotDelivered(EngineError):
    """A notification did not reach its receiver; the message says why. With `for_good` another try would not either."""

    blame = Blame.UPSTREAM

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good
