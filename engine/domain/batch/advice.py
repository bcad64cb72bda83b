"""What a cause means to an operator: its name, one sentence about it, and the next step. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Cause


@dataclass(frozen=True, slots=True)
class Advice:
    """A cause as an operator reads it: its name, one sentence about it, the next step."""

    name: str
    sentence: str
    next_step: str


ADVICE: Mapping[Cause, Advice] = {
    Cause.INVALID_BARCODE: Advice(
        "Barcode not usable",
        "The value in the file cannot be looked up.",
        "Compare it with the copy, and correct it.",
    ),
    Cause.NO_MATCH: Advice(
        "Not in the catalogues",
        "Neither Discogs nor MusicBrainz knows this barcode.",
        "Check it against the case and retry later, or name its release.",
    ),
    Cause.AMBIGUOUS: Advice(
        "Several releases match",
        "More than one release has this barcode.",
        "Compare the candidates with the copy, and choose one.",
    ),
    Cause.NO_PRICE: Advice(
        "No price",
        "None in the file, none found by the price rule, and this batch holds such rows.",
        "Give them a price, or draft them without one.",
    ),
    Cause.REFUSED: Advice(
        "Refused by the service",
        "The service understood the row and does not accept it.",
        "Read the reason of the row, and correct the file.",
    ),
    Cause.SET_ASIDE: Advice(
        "Set aside",
        "The engine stopped three times at this row and went on without it.",
        "Retry it once, then list it by hand.",
    ),
    Cause.DEFECT: Advice(
        "Unexpected error",
        "An unexpected error happened; nothing was lost.",
        "Retry it once, then report the row with its batch.",
    ),
    Cause.EARLIER: Advice(
        "From the earlier service",
        "The earlier service ended this row; its message is shown with the row.",
        "Retry the failed rows: this engine runs them again.",
    ),
    Cause.MERGED: Advice(
        "Counted into an earlier row",
        "An earlier row has the same barcode, and its draft has the quantity of both.",
        "Nothing to do.",
    ),
    Cause.REMOVED: Advice(
        "Removed", "You removed the draft of this row, or left the row out.", "Put it back, and it is done again."
    ),
    Cause.DRAFTED_BEFORE: Advice(
        "Drafted before",
        "An earlier batch has a draft of this barcode, and this batch skips such rows.",
        "Nothing to do, unless you want a second draft.",
    ),
    Cause.ADDED: Advice(
        "Added to an earlier draft",
        "An earlier batch has a draft of this barcode, and the copies of this row were added to it.",
        "Nothing to do, unless you want a draft of their own.",
    ),
    Cause.HANDED_OVER: Advice(
        "Carried on by another batch",
        "This row had failed and was handed over: it is a row of another batch now.",
        "Look at that row. If it fails too, you can do it again there or here.",
    ),
    Cause.LEFT_OUT: Advice("Left out", "This row was not part of the batch.", "Start a batch that takes all rows."),
}


def advice_on(cause: Cause) -> Advice:
    """Return what to say of a cause, also of one that only a newer version of this program knows."""
    unknown = Advice(
        cause.replace("_", " ").capitalize(), "A newer version of Draft Maker says so.", "Read the message."
    )
    return ADVICE.get(cause, unknown)
