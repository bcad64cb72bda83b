"""What a seller says in every listing of a profile, beside the facts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from engine.codec import Part
from engine.domain.listing.description import markup

NAMES = {"header": "header", "footer": "footer", "grading_text": "grading text", "shipping_text": "shipping text"}


class ListingTexts(Part, frozen=True):
    """The seller's own texts, each plain words or simple HTML, "" for none.

    `grading_text` says how they grade, `shipping_text` how they pack and send.
    """

    header: str = ""
    footer: str = ""
    grading_text: str = ""
    shipping_text: str = ""

    LIMITS: ClassVar[Mapping[str, int]] = {"header": 500, "footer": 500, "grading_text": 800, "shipping_text": 800}
    """How many characters each may have; what they leave of eBay's 4,000 is for the facts."""

    def typed(self) -> dict[str, str]:
        """Return the texts by name, as they were typed."""
        return {name: getattr(self, name) for name in self.LIMITS}

    def html(self) -> dict[str, str]:
        """Return the texts by name, as HTML that eBay takes."""
        return {name: markup.as_html(text) for name, text in self.typed().items()}

    @property
    def problem(self) -> str:
        """Return what is wrong with one of the texts as a sentence, "" when nothing is."""
        return next(self._problems(), "")

    def _problems(self) -> Iterator[str]:
        for name, text in self.typed().items():
            where = NAMES[name]
            if len(text) > self.LIMITS[name]:
                yield f"The {where} has {len(text):,} characters, and the most is {self.LIMITS[name]:,}"
            if wrong := markup.problem(text, where):
                yield wrong


NO_TEXTS = ListingTexts()
