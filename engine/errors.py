"""Every error the engine raises on purpose; the type says what the worker does.

```text
EngineError
├── StoreError                the job store
│   ├── StoreAway             it does not answer
│   └── Conflict              a document is not at the version that was expected
├── FileError                 the file store
│   ├── FileMissing           no such bucket or object
│   ├── FileForbidden         a bucket that jobs may not be read from
│   └── FilesAway             it does not answer
├── UnreadableFile            an uploaded file of which nothing can be used
│   └── FileTooLarge          it has too many bytes or rows
├── JobError                  a request about a job
│   ├── JobUnknown            there is no such job
│   ├── IllegalTransition     the job's state does not allow it
│   │   └── RowBusy               the row is being done, or will be at once: ask again soon
│   └── BadRequest            the request itself is malformed
│       ├── RowUnknown            the batch has no such row
│       └── DecisionRefused       what a person decided of a row cannot be
├── CatalogError              the offline catalogue could not be made or used; the message says what to do
│   ├── CatalogDamaged        its file is damaged, or something else
│   ├── DumpBroken            the dump that it should be made from is damaged, or something else
│   └── ImportStopped         the operator stopped the import
├── BadSetting                a setting that means nothing
├── LeaseLost                 another worker holds the shard; write nothing more
├── GivenBack                 the row is given back undone: the worker stops, or the batch is held
├── ItemError                 this row fails, with a cause and a reason; the batch goes on
└── UpstreamError             an answer of Discogs, MusicBrainz, Cover Art Archive or eBay
    ├── UpstreamDown          busy, broken or unreachable: wait, spend no attempt
    │   └── OutcomeUnknown    a write may have been applied: look before writing again
    ├── PersonNeeded          nothing helps until a person has acted: the batch pauses
    │   ├── CredentialsRefused    it does not accept our credentials
    │   └── WritesFailed          it failed three times to take the same draft
    └── RequestRefused        the service understood and will not do it: this row fails
```
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Blame(StrEnum):
    """Whose fault a failure is, and so what happens next."""

    ITEM = "item"  # this row failed
    UPSTREAM = "upstream"  # wait and try again; no attempt is spent
    OPERATOR = "operator"  # the job pauses until a person has acted
    JOB = "job"  # the job fails


class Cause(StrEnum):
    """Why a row needs attention. Stored with the item: never renamed."""

    INVALID_BARCODE = "invalid_barcode"
    NO_MATCH = "no_match"
    AMBIGUOUS = "ambiguous"
    NO_PRICE = "no_price"
    REFUSED = "refused"  # the service refused this row's data
    SET_ASIDE = "set_aside"  # the row stopped its worker three times
    DEFECT = "defect"  # an error nobody foresaw
    EARLIER = "earlier"  # it ended so in the service that this one replaces; `error` has that service's words
    MERGED = "merged"  # skipped: its quantity went to the first row with this barcode
    REMOVED = "removed"  # skipped: the operator removed its draft
    LEFT_OUT = "left_out"  # skipped: the operator excluded the row
    DRAFTED_BEFORE = "drafted_before"  # skipped: an earlier batch has a draft of this barcode
    ADDED = "added"  # skipped: its copies were added to the draft of a row of an earlier batch


class EngineError(Exception):
    """Base of every error raised on purpose; anything else is a defect."""

    blame: ClassVar[Blame] = Blame.ITEM


class StoreError(EngineError):
    """The job store could not do what was asked."""

    blame = Blame.UPSTREAM


class StoreAway(StoreError):
    """The job store does not answer."""


class Conflict(StoreError):
    """A document is not at the version that a write expected; nothing of the commit was applied.

    `path` names the first document found to differ, or is "" when the store does not tell.
    """

    def __init__(self, path: str = "") -> None:
        super().__init__(f"{path or 'a document'} was changed in the meantime")
        self.path = path


class FileError(EngineError):
    """The file store could not do what was asked."""

    blame = Blame.JOB


class FileMissing(FileError):
    """There is no such bucket or object."""


class FileForbidden(FileError):
    """Jobs may not be read from this bucket."""


class FilesAway(FileError):
    """The file store does not answer."""

    blame = Blame.UPSTREAM


class UnreadableFile(EngineError):
    """Nothing in the file can be used; the message says what was found and how to mend it.

    `rows` holds up to the first hundred rows as (line from 1, value, reason), () when the file has no rows.
    """

    blame = Blame.JOB

    def __init__(self, message: str, rows: tuple[tuple[int, str, str], ...] = ()) -> None:
        super().__init__(message)
        self.rows = rows


class FileTooLarge(UnreadableFile):
    """The file has more bytes or rows than one batch may have."""


class JobError(EngineError):
    """A request about a job that cannot be met."""

    blame = Blame.OPERATOR


class JobUnknown(JobError):
    """There is no job of that name."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} not found")


class IllegalTransition(JobError):
    """The state of the job does not allow what was asked."""


class RowBusy(IllegalTransition):
    """The row is being done, or will be at once; soon it can be changed."""


class BadRequest(JobError):
    """What was asked for is malformed; the message says how it should look."""


class RowUnknown(BadRequest):
    """The batch has no such row."""

    def __init__(self, job_id: str, index: int) -> None:
        super().__init__(f"Job {job_id} has no row {index + 1}")


class DecisionRefused(BadRequest):
    """What a person decided of a row cannot be: a field that nobody knows, a value that a draft cannot have."""


class CatalogError(EngineError):
    """The offline catalogue could not be made or used; the message says where it stopped and what to do."""

    blame = Blame.OPERATOR


class CatalogDamaged(CatalogError):
    """The file of the catalogue is damaged, or something else; the services are asked instead."""


class DumpBroken(CatalogError):
    """The dump is damaged, or something else; the message names the place in the file."""


class ImportStopped(CatalogError):
    """The import was stopped before its end; the next one goes on there."""


class BadSetting(EngineError):
    """A setting has a value that means nothing; the message says what it must look like."""

    blame = Blame.OPERATOR


class LeaseLost(EngineError):
    """Another worker holds the shard, or an operator stopped it. Nothing more may be written."""

    blame = Blame.JOB


class GivenBack(EngineError):
    """The row is given back undone: the worker stops, or the batch is held."""

    blame = Blame.JOB


class ItemError(EngineError):
    """This row cannot become a draft; the message is the sentence an operator reads."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause


class UpstreamError(EngineError):
    """An answer, or the lack of one, of a service.

    Holds the service, the call without its query (`GET /releases/1`), the HTTP status (None when there was no answer)
    and the reason: the sentence that an operator reads. Never a token, a body or a query string.
    """

    blame = Blame.UPSTREAM

    def __init__(self, service: str, call: str, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason)
        self.service = service
        self.call = call
        self.reason = reason
        self.status = status


class UpstreamDown(UpstreamError):
    """The service is busy, broken or unreachable.

    `retry_after` is the number of seconds to wait at least, None when nobody says. `outage` tells that it counts as a
    failure of the service as a whole, `quota` that it was called too often, `busy` that a few quick tries are worth it.
    `write_failed` tells that a write was sent in vain, or perhaps in vain: it may be repeated twice, by eBay's licence.
    `let_alone` tells that the service was not called at all, because it has not answered several times in a row.
    """

    def __init__(
        self,
        service: str,
        call: str,
        reason: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        outage: bool = True,
        busy: bool = False,
        quota: bool = False,
        write_failed: bool = False,
        let_alone: bool = False,
    ) -> None:
        super().__init__(service, call, reason, status=status)
        self.retry_after = retry_after
        self.outage = outage
        self.busy = busy
        self.quota = quota
        self.write_failed = write_failed
        self.let_alone = let_alone

    @property
    def for_long(self) -> bool:
        """Whether the service will not answer soon: it is let alone, or busy still after a few tries."""
        return self.let_alone or self.busy


class OutcomeUnknown(UpstreamDown):
    """A write was sent and may or may not have been applied: ask the service before writing again."""


class PersonNeeded(UpstreamError):
    """No retry can help until a person has acted; the reason says what to do."""

    blame = Blame.OPERATOR


class CredentialsRefused(PersonNeeded):
    """The service does not accept our credentials."""


class WritesFailed(PersonNeeded):
    """The same draft was written three times in vain; a person decides when it is tried again."""


class RequestRefused(UpstreamError):
    """The service understood the request and refuses it; the same request will be refused again.

    `code` is the service's own error number, None when it has none. `defect` tells that the request itself was wrong,
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
