"""The trade's grades of a copy, medium and sleeve, as sellers write them: Goldmine's and Record Collector's. Pure.

They are not eBay's conditions, though two go by the same name: a record that Goldmine calls Very Good has surface noise
and scratches that are heard. Which condition of eBay's a grade becomes is in `engine.domain.listing.grading`.

Source: https://www.discogs.com/selling/resources/how-to-grade-items/ (read 2026-11): "Discogs uses the Goldmine Grading
Guide"; its grades of a medium are M to P, a sleeve may be Generic, No Cover or Not Graded too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from engine.codec import OpenEnum, Value
from engine.domain.folding import folded


class Scale(OpenEnum):
    """Whose words grade a copy. Stored: never renamed."""

    EBAY = "ebay"
    GOLDMINE = "goldmine"
    RECORD_COLLECTOR = "record_collector"


class Grade(OpenEnum):
    """A grade of the trade, the best first. Stored: never renamed. The last two are of sleeves alone."""

    SEALED = "sealed"
    MINT = "M"
    NEAR_MINT = "NM"
    EXCELLENT_PLUS = "EX+"
    EXCELLENT = "EX"
    VERY_GOOD_PLUS = "VG+"
    EXCELLENT_MINUS = "EX-"
    VERY_GOOD = "VG"
    GOOD_PLUS = "G+"
    GOOD = "G"
    FAIR = "F"
    POOR = "P"
    GENERIC = "generic"
    NO_COVER = "no cover"

    @property
    def of_discs(self) -> bool:
        """Whether a disc can have this grade."""
        return self not in OF_SLEEVES

    @property
    def full_name(self) -> str:
        """Return the grade in words and letters: `Very Good Plus (VG+)`."""
        return GRADE_NAMES.get(self, self)


OF_SLEEVES = frozenset({Grade.GENERIC, Grade.NO_COVER})
OF_MEDIA = tuple(grade for grade in Grade if grade.of_discs)
EXCELLENT = frozenset({Grade.EXCELLENT_PLUS, Grade.EXCELLENT, Grade.EXCELLENT_MINUS})
GRADE_NAMES: Mapping[Grade, str] = {
    Grade.SEALED: "Sealed",
    Grade.MINT: "Mint (M)",
    Grade.NEAR_MINT: "Near Mint (NM or M-)",
    Grade.EXCELLENT_PLUS: "Excellent Plus (EX+)",
    Grade.EXCELLENT: "Excellent (EX)",
    Grade.VERY_GOOD_PLUS: "Very Good Plus (VG+)",
    Grade.EXCELLENT_MINUS: "Excellent Minus (EX-)",
    Grade.VERY_GOOD: "Very Good (VG)",
    Grade.GOOD_PLUS: "Good Plus (G+)",
    Grade.GOOD: "Good (G)",
    Grade.FAIR: "Fair (F)",
    Grade.POOR: "Poor (P)",
    Grade.GENERIC: "Generic",
    Grade.NO_COVER: "No Cover",
}
SCALE_NAMES: Mapping[Scale, str] = {
    Scale.EBAY: "eBay",
    Scale.GOLDMINE: "Goldmine",
    Scale.RECORD_COLLECTOR: "Record Collector",
}


class Grading(Value, frozen=True):
    """How a seller grades a copy by the trade's scale: its medium and its sleeve, None for what they do not say."""

    medium: Grade | None = None
    sleeve: Grade | None = None
    scale: Scale = Scale.GOLDMINE

    @property
    def written(self) -> str:
        """Return the grades as the trade writes them: `NM/VG+`, `VG+`, or `/VG+` for a sleeve alone."""
        return f"{self.medium or ''}/{self.sleeve}" if self.sleeve else str(self.medium or "")

    @property
    def names(self) -> tuple[str, str]:
        """Return the grades of medium and sleeve by their full names, "" for what is not said."""
        medium, sleeve = ((grade.full_name if grade else "") for grade in (self.medium, self.sleeve))
        return medium, sleeve

    @property
    def sentence(self) -> str:
        """Return the grades as a buyer reads them: `Graded NM, sleeve VG+ (Goldmine)`."""
        medium = f"Graded {self.medium}" if self.medium else ""
        sleeve = f"sleeve {self.sleeve}" if self.sleeve else ""
        said = ", ".join(filter(None, (medium, sleeve)))
        return f"{said[:1].upper()}{said[1:]} ({SCALE_NAMES.get(self.scale, self.scale)})"


_SHORT = {
    "m": Grade.MINT,
    "nm": Grade.NEAR_MINT,
    "m-": Grade.NEAR_MINT,
    "ex": Grade.EXCELLENT,
    "e": Grade.EXCELLENT,
    "exc": Grade.EXCELLENT,
    "vg": Grade.VERY_GOOD,
    "g": Grade.GOOD,
    "f": Grade.FAIR,
    "p": Grade.POOR,
    "ss": Grade.SEALED,
}
_SPELLED = {
    "sealed": Grade.SEALED,
    "still sealed": Grade.SEALED,
    "factory sealed": Grade.SEALED,
    "mint": Grade.MINT,
    "mint minus": Grade.NEAR_MINT,
    "near mint": Grade.NEAR_MINT,
    "excellent": Grade.EXCELLENT,
    "very good": Grade.VERY_GOOD,
    "good": Grade.GOOD,
    "fair": Grade.FAIR,
    "poor": Grade.POOR,
}
_BARE_SLEEVES = {
    "generic": Grade.GENERIC,
    "generic sleeve": Grade.GENERIC,
    "plain sleeve": Grade.GENERIC,
    "company sleeve": Grade.GENERIC,
    "no cover": Grade.NO_COVER,
    "no sleeve": Grade.NO_COVER,
    "no jacket": Grade.NO_COVER,
}
_HIGHER = {  # a sign behind a grade that has a grade of its own for it; other signs raise nothing
    Grade.EXCELLENT: Grade.EXCELLENT_PLUS,
    Grade.VERY_GOOD: Grade.VERY_GOOD_PLUS,
    Grade.GOOD: Grade.GOOD_PLUS,
}
_LOWER = {  # the next grade that promises less
    Grade.MINT: Grade.NEAR_MINT,
    Grade.NEAR_MINT: Grade.VERY_GOOD_PLUS,
    Grade.EXCELLENT: Grade.EXCELLENT_MINUS,
    Grade.VERY_GOOD: Grade.GOOD_PLUS,
    Grade.GOOD: Grade.FAIR,
    Grade.FAIR: Grade.POOR,
    Grade.POOR: Grade.POOR,
}
_PARTED = re.compile(r"\s*[/|;,]\s*")
_ONE_GRADE = re.compile(r"\b(nm|near mint)\s*(?:or|/|,)\s*(?:m-|mint minus)|\bm-\s*(?:or|/|,)\s*nm\b")
_WITH_LETTERS = re.compile(r"(.*?)\s*[(\[]\s*(.*?)\s*[)\]]")
_INNER_HYPHEN = re.compile(r"(?<=[a-z])[-_](?=[a-z])")
_LABEL = re.compile(
    r"\b(?:(?P<sleeve>sleeve|cover|jacket|slv|cvr|case|artwork)|(?P<medium>media|medium|disc|disk|vinyl|record|lp|cd))\b"
    r"\s*(?:condition|grade|grading)?\s*[:=]?\s*"
)
_SIGN = re.compile(r"(.*?)\s*(plus|minus|\+{1,3}|-{1,2})")


def graded(text: str) -> Grading | None:
    """Return what a text grades: `VG+`, `Very Good Plus (VG+)`, `NM/VG+` (medium and sleeve), `/VG+` (sleeve).

    A grade that the scale does not have counts as the next one below: `VG++` as `VG+`, `VG-` as `G+`. None when any
    part of the text is no grade.
    """
    words = _INNER_HYPHEN.sub(" ", " ".join(folded(text).replace("–", "-").replace("−", "-").split()))
    words = _ONE_GRADE.sub("nm", words)
    labelled = _labelled(words)
    if labelled is not None:
        return labelled
    parts = _PARTED.split(words)
    if len(parts) == 1:
        medium = one(words)
        return _grading(medium, None) if medium else None
    if len(parts) != 2:
        return None
    medium, sleeve = (one(part) if part else None for part in parts)
    if sleeve is None or (medium is None and parts[0]):
        return None
    return _grading(medium, sleeve)


@lru_cache(maxsize=512)
def one(text: str) -> Grade | None:
    """Return the grade that a text names in words, letters or both; None when it names none, or two that differ."""
    words = _INNER_HYPHEN.sub(" ", " ".join(folded(text).split()))
    both = _WITH_LETTERS.fullmatch(words)
    if both and both[1]:
        spelled, short = _plainly(both[1]), _plainly(_ONE_GRADE.sub("nm", both[2]))
        return spelled if spelled == short else None
    return _plainly(words.strip("()[] "))


def lower(one: Grade, other: Grade) -> Grade:
    """Return that of two grades which promises less."""
    order = list(Grade)
    return max(one, other, key=order.index)


def _plainly(words: str) -> Grade | None:
    """Return the grade that is written in one way."""
    words = words.strip(" .")
    found = _SHORT.get(words) or _SPELLED.get(words) or _BARE_SLEEVES.get(words)
    if found:
        return found
    signed = _SIGN.fullmatch(words)
    base = signed and (_SHORT.get(signed[1]) or _SPELLED.get(signed[1]))
    if not signed or not base:
        return None
    raised = signed[2].startswith(("+", "p"))
    return _HIGHER.get(base, base) if raised else _LOWER.get(base)


def _labelled(words: str) -> Grading | None:
    """Return the grades of a text that says which is which, `Media: NM, Sleeve: VG+`; None when it does not."""
    labels = list(_LABEL.finditer(words))
    if not labels or labels[0].start() != 0 or words in _BARE_SLEEVES:
        return None
    ends = [*(label.start() for label in labels[1:]), len(words)]
    found: dict[str, Grade | None] = {}
    for label, end in zip(labels, ends, strict=True):
        found[str(label.lastgroup)] = one(words[label.end() : end].strip(" ,;/|-"))
    if len(found) != len(labels) or not all(found.values()):
        return None
    return _grading(found.get("medium"), found.get("sleeve"))


def _grading(medium: Grade | None, sleeve: Grade | None) -> Grading | None:
    """Return the grades of a copy; one that only a sleeve can have is no medium's."""
    scale = Scale.RECORD_COLLECTOR if EXCELLENT & {medium, sleeve} else Scale.GOLDMINE
    if medium in OF_SLEEVES:
        return Grading(None, medium, scale) if sleeve is None else None
    return Grading(medium, sleeve, scale)
