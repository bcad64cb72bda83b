"""All documents of a Firestore as they stood at one moment: pages of one query over every collection, by their paths.

Firestore keeps what was overwritten for an hour, and for seven days with point-in-time recovery.

Source: https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1 (RunQueryRequest, read 2026-11)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from google.cloud.firestore_v1 import _helpers
from google.cloud.firestore_v1.types import RunQueryRequest, StructuredQuery

from engine.store.base import Document
from engine.store.firestore_client import Client
from engine.store.firestore_values import exact, plain, read_back

AT_ONCE = 300  # documents of one answer

_EVERYWHERE = StructuredQuery.CollectionSelector(all_descendants=True)
_BY_PATH = StructuredQuery.Order(field={"field_path": "__name__"})


@dataclass(frozen=True, slots=True)
class Page:
    """Documents of one moment, and where the next page begins; with `last` "" there is none."""

    documents: list[Document]
    read_at: datetime | None
    last: str


def page(client: Client, before: Page | None, seconds: float) -> Page:
    """Return the page that comes after `before`, of the same moment; after None, the first one, of now."""
    query = StructuredQuery(from_=[_EVERYWHERE], order_by=[_BY_PATH], limit=AT_ONCE)
    if before:
        query.start_at = {"values": [{"reference_value": before.last}], "before": False}
    root = f"{client._database_string}/documents"  # noqa: SLF001 - the library asks one collection at a time only
    request = RunQueryRequest(parent=root, structured_query=query, read_time=before.read_at if before else None)
    found = list(client._firestore_api.run_query(request, metadata=client._rpc_metadata, timeout=seconds))  # noqa: SLF001
    read_at = before.read_at if before else next((answer.read_time for answer in found), None)
    answers = [answer.document for answer in found if answer.document.name]
    documents = [
        Document(
            answer.name.removeprefix(f"{root}/"),
            read_back(_helpers.decode_dict(answer.fields, client)),
            exact(answer.update_time),
            plain(read_at),
        )
        for answer in answers
        if read_at
    ]
    return Page(documents, read_at, answers[-1].name if len(answers) == AT_ONCE else "")
