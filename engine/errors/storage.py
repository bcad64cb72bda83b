"""Errors of the job store, the file store and the store of secrets."""

from __future__ import annotations

from engine.errors.base import Blame, EngineError


class StoreError(EngineError):
    """The job store could not do what was asked."""

    blame = Blame.UPSTREAM


class StoreAway(StoreError):
    """The job store does not answer."""


class DocumentBroken(StoreError):
    """A stored document lacks a field, or has a value of the wrong type there. `path` names the document."""

    blame = Blame.JOB

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} cannot be read: {reason}")
        self.path = path


class DocumentNewer(StoreError):
    """A newer version wrote a stored document, in a shape that this one cannot read. `path` names the document."""

    def __init__(self, path: str, schema: int, known: int) -> None:
        super().__init__(
            f"A newer version of Draft Maker wrote {path} (its schema is {schema}, this version reads up to {known}): "
            "update this one"
        )
        self.path = path


class StoreNewer(StoreError):
    """A newer version has migrated the job store to a format that this one does not know."""

    def __init__(self, number: int, known: int) -> None:
        super().__init__(
            f"A newer version of Draft Maker has migrated the job store (its format is {number}, this version knows "
            f"{known}): update this one"
        )


class BackupError(EngineError):
    """A backup cannot be made or restored; the message says what to do, and nothing of the job store was changed."""


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


class SecretsError(EngineError):
    """The store of secrets could not do what was asked. The message never holds a secret."""

    blame = Blame.OPERATOR


class SecretsLocked(SecretsError):
    """It does not let us in: its key is missing or another, or we have no permission."""


class SecretsAway(SecretsError):
    """It does not answer."""

    blame = Blame.UPSTREAM
