"""Every error the engine raises on purpose; the type says what the worker does.

```text
EngineError
├── StoreError                the job store
│   ├── StoreAway             it does not answer
│   ├── DocumentBroken        a document is not what its type says
│   ├── DocumentNewer         a newer version wrote a document in another shape
│   ├── StoreNewer            a newer version has migrated the store
│   └── Conflict              a document is not at the version that was expected
├── FileError                 the file store
│   ├── FileMissing           no such bucket or object
│   ├── FileForbidden         a bucket that jobs may not be read from
│   └── FilesAway             it does not answer
├── SecretsError              the store of secrets
│   ├── SecretsLocked         it does not let us in
│   └── SecretsAway           it does not answer
├── UnreadableFile            an uploaded file of which nothing can be used
│   └── FileTooLarge          it has too many bytes or rows
├── Forbidden                 who asked may not do that
├── JobError                  a request about a job
│   ├── JobUnknown            there is no such job
│   ├── IllegalTransition     the job's state does not allow it
│   │   └── RowBusy               the row is being done, or will be at once: ask again soon
│   └── BadRequest            the request itself is malformed
│       ├── NotThere              it names something of the batch that is not there
│       │   └── RowUnknown                a row that the batch does not have
│       ├── DecisionRefused       what a person decided of a row cannot be
│       └── TemplateUnusable      a template of the listing's text cannot be read or filled
├── CatalogError              the offline catalogue could not be made or used; the message says what to do
│   ├── CatalogDamaged        its file is damaged, or something else
│   ├── DumpBroken            the dump that it should be made from is damaged, or something else
│   │   └── DumpChanged           it was replaced by another file while it was read
│   ├── DownloadFailed        a file that it should be made from cannot be had
│   └── ImportStopped         the operator stopped the import
├── BackupError               a backup cannot be made or restored
├── BadSetting                a setting that cannot be used
├── LeaseLost                 another worker holds the shard; write nothing more
├── Requeued                 the row is given back undone: the worker stops, or the batch is held
├── ItemError                 this row fails, with a cause and a reason; the batch goes on
│   └── AlreadyListed             its draft is a live listing by now, which is left alone
├── NotDelivered              a notification did not reach its receiver: try again later, unless that is in vain
└── UpstreamError             an answer of Discogs, MusicBrainz, Cover Art Archive or eBay
    ├── UpstreamDown          busy, broken or unreachable: wait, spend no attempt
    │   └── OutcomeUnknown    a write may have been applied: look before writing again
    ├── PersonNeeded          nothing helps until a person has acted: the batch pauses
    │   └── CredentialsRefused    it does not accept our credentials
    └── RequestRefused        the service understood and will not do it: this row fails
```
"""

from __future__ import annotations

from engine.errors.base import Blame, Cause, EngineError
from engine.errors.requests import (
    BadRequest,
    BadSetting,
    CatalogDamaged,
    CatalogError,
    DecisionRefused,
    DownloadFailed,
    DumpBroken,
    DumpChanged,
    FileTooLarge,
    Forbidden,
    IllegalTransition,
    ImportStopped,
    JobError,
    JobUnknown,
    NotThere,
    RowBusy,
    RowUnknown,
    TemplateUnusable,
    UnreadableFile,
)
from engine.errors.rows import AlreadyListed, ItemError, LeaseLost, Requeued
from engine.errors.storage import (
    BackupError,
    Conflict,
    DocumentBroken,
    DocumentNewer,
    FileError,
    FileForbidden,
    FileMissing,
    FilesAway,
    SecretsAway,
    SecretsError,
    SecretsLocked,
    StoreAway,
    StoreError,
    StoreNewer,
)
from engine.errors.upstream import (
    CredentialsRefused,
    NotDelivered,
    OutcomeUnknown,
    PersonNeeded,
    RequestRefused,
    Trouble,
    UpstreamDown,
    UpstreamError,
)

__all__ = [
    "AlreadyListed",
    "BackupError",
    "BadRequest",
    "BadSetting",
    "Blame",
    "CatalogDamaged",
    "CatalogError",
    "Cause",
    "Conflict",
    "CredentialsRefused",
    "DecisionRefused",
    "DocumentBroken",
    "DocumentNewer",
    "DownloadFailed",
    "DumpBroken",
    "DumpChanged",
    "EngineError",
    "FileError",
    "FileForbidden",
    "FileMissing",
    "FileTooLarge",
    "FilesAway",
    "Forbidden",
    "IllegalTransition",
    "ImportStopped",
    "ItemError",
    "JobError",
    "JobUnknown",
    "LeaseLost",
    "NotDelivered",
    "NotThere",
    "OutcomeUnknown",
    "PersonNeeded",
    "RequestRefused",
    "Requeued",
    "RowBusy",
    "RowUnknown",
    "SecretsAway",
    "SecretsError",
    "SecretsLocked",
    "StoreAway",
    "StoreError",
    "StoreNewer",
    "TemplateUnusable",
    "Trouble",
    "UnreadableFile",
    "UpstreamDown",
    "UpstreamError",
]
