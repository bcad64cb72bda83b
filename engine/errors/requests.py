"""Errors of what a person asks for: files, jobs, settings and the offline catalogue."""

from __future__ import annotations

from engine.errors.base import Blame, EngineError


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


class Forbidden(EngineError):
    """Who asked may not do that; the message says what it takes, and who can give it."""

    blame = Blame.OPERATOR


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


class TemplateUnusable(BadRequest):
    """A template of the listing's text that cannot be read or filled; the message says why, and in which line."""


class NotThere(BadRequest):
    """What was named of a batch is not there: a row that is done, a draft, a part of a file."""


class RowUnknown(NotThere):
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


class DumpChanged(DumpBroken):
    """The dump was replaced by another file while it was read: it must be read from its beginning."""


class DownloadFailed(CatalogError):
    """A file that the catalogue is made from cannot be had; what is there stays as it is."""


class ImportStopped(CatalogError):
    """The import was stopped before its end; the message says where the next one goes on."""


class BadSetting(EngineError):
    """A setting has a value that cannot be used; the message says what it must be."""

    blame = Blame.OPERATOR
