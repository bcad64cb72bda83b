"""What all errors have in common: whose fault a failure is, and why a row fails."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from engine.open_enum import OpenEnum
from engine.redaction import redacted


class Blame(StrEnum):
    """Whose fault a failure is, and so what happens next."""

    ITEM = "item"  # this row failed
    UPSTREAM = "upstream"  # wait and try again; no attempt is spent
    OPERATOR = "operator"  # the job pauses until a person has acted
    JOB = "job"  # the job fails


class Cause(OpenEnum):
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
    HANDED_OVER = "handed_over"  # skipped: it had failed, and a row of another batch carries it on


class EngineError(Exception):
    """Base of every error raised on purpose; anything else is a defect. It says no secret that is known."""

    blame: ClassVar[Blame] = Blame.ITEM

    def __init__(self, *about: object) -> None:
        super().__init__(*(redacted(one) if isinstance(one, str) else one for one in about))
