"""The buttons for several drafts at once, and the sentence that says what became of each draft. No Streamlit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import shorten

from console.widgets.text import plain
from engine.public import BulkAction, DraftRecord, RowResult, SeenRow

_NAMED = 3  # drafts that a sentence names
_LONGEST = 32  # characters of a title in it


@dataclass(frozen=True, slots=True)
class BulkButton:
    """The label and icon of an action on several drafts, and the words for its result: `18 approved`."""

    action: BulkAction
    label: str
    done: str
    icon: str

    @property
    def symbol(self) -> str:
        """Return the icon as Streamlit writes it."""
        return f":material/{self.icon}:"

    def among(self, chosen: Iterable[DraftRecord]) -> list[DraftRecord]:
        """Return those of the drafts that the action applies to."""
        return [draft for draft in chosen if draft.review in self.action.applies_to]


APPROVE = BulkButton(BulkAction.APPROVE, "Approve", "approved", "thumb_up")
HOLD = BulkButton(BulkAction.HOLD, "Hold", "held", "front_hand")
REOPEN = BulkButton(BulkAction.REOPEN, "Review again", "to be reviewed again", "visibility")
SEND = BulkButton(BulkAction.SEND_AGAIN, "Send again", "being sent again", "send")
COMPOSE = BulkButton(BulkAction.SEND_AGAIN, "Compose again", "being composed again", "sync")
REMOVE = BulkButton(BulkAction.REMOVE, "Remove", "being removed", "delete")
PRICE = BulkButton(BulkAction.PRICE, "Price", "priced", "sell")
PUT_BACK = BulkButton(BulkAction.PUT_BACK, "Put back", "being made again", "undo")


def seen(draft: DraftRecord) -> SeenRow:
    """Return the row of a draft, as the operator saw it."""
    return SeenRow(draft.job_id, draft.index, draft.changed_at)


def outcome(button: BulkButton, results: Iterable[tuple[DraftRecord, RowResult]]) -> str:
    """Return what became of the drafts, in Markdown: `18 approved; 2 not, changed in the meantime: A, B.`."""
    done, left = 0, defaultdict[str, list[DraftRecord]](list)
    for draft, result in results:
        if result.done:
            done += 1
        else:
            left[result.reason].append(draft)
    parts = [f"{done or 'None'} {button.done}"]
    parts += [f"{len(drafts)} not, {plain(reason)}: {_names(drafts)}" for reason, drafts in left.items()]
    return f"{'; '.join(parts)}."


def _names(drafts: Sequence[DraftRecord]) -> str:
    titles = (shorten(draft.title or draft.upc, _LONGEST, placeholder="…") for draft in drafts[:_NAMED])
    named = ", ".join(map(plain, titles))
    return f"{named} and {len(drafts) - _NAMED} more" if len(drafts) > _NAMED else named
