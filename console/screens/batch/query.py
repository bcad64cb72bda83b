"""Which rows of a batch the URL of the page asks for, and how they are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from console.screens.batch.view import BatchScreen
from engine.public import BatchView, Cause, DraftNeed, Engine, ItemStatus

PAGE = 50
STRIDE = 200  # rows read at a time on the way to a page

SHOWN: Mapping[str, str] = {
    "all": "All",
    "attention": "Needs attention",
    "drafted": "Drafted",
    "working": "Working",
    "waiting": "Waiting",
    "skipped": "Skipped",
}
_STATUS: Mapping[str, ItemStatus] = {
    "attention": ItemStatus.FAILED,
    "drafted": ItemStatus.SUCCEEDED,
    "waiting": ItemStatus.WAITING,
    "skipped": ItemStatus.SKIPPED,
}
NEEDS: Mapping[DraftNeed, str] = {
    DraftNeed.PRICE: "price",
    DraftNeed.CONDITION: "condition",
    DraftNeed.CATEGORY: "category",
    DraftNeed.SPECIFICS: "item specifics",
    DraftNeed.PICTURE: "picture",
    DraftNeed.OFFICIAL_RELEASE: "official release",
    DraftNeed.RIGHTS: "rights",
    DraftNeed.PARCEL: "parcel",
    DraftNeed.POLICIES: "policies",
    DraftNeed.LOCATION: "location",
    DraftNeed.DESCRIPTION: "description",
}


@dataclass(frozen=True, slots=True)
class Query:
    """What the operator wants to see.

    `page` counts from 1; `cause` None means any cause, `needs` None drafts that are ready or not, `q` "" any text.
    """

    show: str = "all"
    cause: Cause | None = None
    q: str = ""
    page: int = 1
    needs: DraftNeed | None = None

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Query:
        """Return what the parameters of a URL ask for; unknown values are ignored."""
        show, cause, page = address.get("show", ""), address.get("cause", ""), address.get("page", "")
        needs = address.get("needs", "")
        return cls(
            show if show in SHOWN else "all",
            Cause(cause) if cause in set(Cause) else None,
            address.get("q", "").strip(),
            int(page) if page.isascii() and page.isdigit() and page.strip("0") else 1,
            DraftNeed(needs) if needs in set(DraftNeed) else None,
        )

    def address(self) -> dict[str, str]:
        """Return the parameters that ask for it, without defaults."""
        given = {"show": self.show, "cause": self.cause, "needs": self.needs, "q": self.q, "page": self.page}
        return {name: str(value) for name, value in given.items() if value not in (None, "", "all", 1)}

    def asked(self) -> dict[str, str]:
        """Return the parameters by which the API's exports find the same rows; none for all of them."""
        given = {"status": _STATUS.get(self.show), "cause": self.cause, "needs": self.needs, "q": self.q}
        return {name: str(value) for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a page, by index, as they were when the page was opened; `more` rows may follow."""

    query: Query
    indices: tuple[int, ...]
    more: bool
    matching: int | None


def load(engine: Engine, view: BatchView, query: Query, matching: int | None) -> Listing:
    """Find the rows of a page; `matching` is how many there are in all, None when they were not counted."""
    start = (query.page - 1) * PAGE
    total = view.job.total_upcs or 0
    if query.show == "working":
        found = [index for index in view.in_flight if not query.q]
        return Listing(query, tuple(found[start : start + PAGE]), len(found) > start + PAGE, matching)
    if query.show == "all" and not query.q:
        return Listing(query, tuple(range(start, min(start + PAGE, total))), start + PAGE < total, matching)
    walked = _walk(engine, view.job.job_id, query, start + PAGE + 1)
    return Listing(query, tuple(walked[start : start + PAGE]), len(walked) > start + PAGE, matching)


def _walk(engine: Engine, job_id: str, query: Query, enough: int) -> list[int]:
    """Return the first `enough` rows that match, by index."""
    find = partial(
        engine.queries.items,
        job_id,
        status=_STATUS.get(query.show),
        cause=query.cause,
        needs=query.needs,
        q=query.q,
        limit=STRIDE,
    )
    found: list[int] = []
    cursor: int | None = 0
    while cursor is not None and len(found) < enough:
        page = find(cursor=cursor)
        found += [item.index for item in page.items]
        cursor = page.next
    return found[:enough]


def matching(screen: BatchScreen, query: Query) -> int | None:
    """Return how many rows match a query, None when only reading them all could tell."""
    if query.q or query.needs not in (None, DraftNeed.PRICE):
        return None
    if query.needs:
        return screen.detail.unpriced
    if query.cause is not None:
        return next((found.count for found in screen.detail.causes if found.cause is query.cause), 0)
    counts, job = screen.counts, screen.job
    known = {
        "all": job.total_upcs or 0,
        "attention": job.failed_upcs,
        "drafted": job.successful_upcs,
        "working": counts.working,
        "waiting": counts.left,
        "skipped": job.skipped_upcs,
    }
    return known[query.show]
