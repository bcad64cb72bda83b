"""What a file says of the condition of a copy: in eBay's words, or by the trade's scale. A column is judged as a whole.

"Very Good" and "Good" are words of both, and promise far less where a seller grades by Goldmine. Which scale a column
is of, its other words say; where they do not, the more modest reading counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from engine.codec import replace
from engine.domain.batch.grades import EXCELLENT, OF_SLEEVES, SCALE_NAMES, Grade, Grading, Scale, graded
from engine.domain.batch.layout import Role
from engine.domain.batch.rows import Condition
from engine.domain.folding import folded

OF_CONDITIONS = (Role.CONDITION, Role.GRADE, Role.EBAY_CONDITION)  # the first of a table's columns counts
WHOSE = {scale: f"the trade's ({name})" for scale, name in SCALE_NAMES.items()} | {Scale.EBAY: "eBay's conditions"}
MOST_WORDS = 1_000  # different texts of a column that are judged
_remembered = lru_cache(maxsize=512)  # a file holds few different conditions, and is read twice
_ACCEPTED = "one of New, Like New, Very Good, Good and Acceptable, or a grade such as NM, VG+ or VG"

_CONDITIONS = {
    Condition.NEW: (
        "new", "brandnew", "newsealed", "brandnewsealed", "1000",
        "neu", "neuf", "nuevo", "nuovo", "nieuw",
    ),
    Condition.LIKE_NEW: (
        "likenew", "ln", "2750", "wieneu", "neuwertig", "commeneuf", "comonuevo", "comenuovo", "alsnieuw",
    ),
    Condition.USED_VERY_GOOD: (
        "verygood", "vg", "4000", "sehrgut", "tresbon", "tresbonetat", "muybueno", "moltobuono", "zeergoed",
    ),
    Condition.USED_GOOD: ("good", "g", "5000", "gut", "bon", "bonetat", "bueno", "buono", "goed"),
    Condition.USED_ACCEPTABLE: ("acceptable", "6000", "akzeptabel", "aceptable", "accettabile", "acceptabel"),
}  # fmt: skip
_CONDITION_OF = {word: condition for condition, words in _CONDITIONS.items() for word in words}
_IN_BOTH = {Condition.USED_VERY_GOOD: Grade.VERY_GOOD, Condition.USED_GOOD: Grade.GOOD}
_TRADE_NAMES = re.compile(r"\b(?:media|medium|record|vinyl|disc|grade|grading)\b", re.IGNORECASE)
_SHOWN = 4  # words that a judgement names


class Said(NamedTuple):
    """What one text can mean: a condition of eBay's, grades of the trade, or either; `spelled` is a whole word."""

    condition: Condition | None
    grading: Grading | None
    spelled: bool = False

    @property
    def ebay_only(self) -> bool:
        """Whether only eBay says so."""
        return self.condition is not None and self.grading is None

    @property
    def trade_only(self) -> bool:
        """Whether only the trade says so; that a copy is sealed, both say."""
        return self.condition is None and self.grading is not None and self.grading.medium is not Grade.SEALED


class Judged(NamedTuple):
    """Which scale the conditions of a column are of, and why, as a sentence; `sure` is False where it is a guess."""

    scale: Scale
    reason: str
    sure: bool = True

    @property
    def of_ebay(self) -> bool:
        """Whether they are eBay's."""
        return self.scale is Scale.EBAY


@_remembered
def said(text: str) -> Said | None:
    """Return what a text can mean, None when it is neither a condition of eBay's nor a grade of the trade."""
    word = re.sub(r"[\W_]+", "", folded(text))
    bare = word.removeprefix("used")
    condition = _CONDITION_OF.get(word) or _CONDITION_OF.get(bare)
    if text.endswith(("+", "-")) or (condition is Condition.NEW and word != bare):
        condition = None
    if condition is not Condition.NEW and ("(" in text or "/" in text):
        condition = None
    if word != bare or bare.isdecimal():
        grading = None  # eBay's and Amazon's "Used: Very Good", or eBay's number
    else:
        grading = graded(text)
        if grading is None and condition in _IN_BOTH:
            grading = Grading(_IN_BOTH[condition])
    return Said(condition, grading, len(word) > 2) if condition or grading else None


def judge(texts: Iterable[str], name: str, *, sleeves: bool) -> Judged | None:
    """Return the scale of a column called `name` that holds `texts`; None when none of them is a condition.

    `sleeves` says that the file grades sleeves too, which eBay does not.
    """
    found = {text: meaning for text in sorted(texts) if (meaning := said(text.strip()))}
    if not found:
        return None
    trades = {text for text, meaning in found.items() if meaning.trade_only}
    ebays = {text for text, meaning in found.items() if meaning.ebay_only}
    both = found.keys() - trades - ebays
    scale = _trades_scale(meaning.grading for meaning in found.values())
    where, whose = f"Grades in “{name}”", WHOSE[scale]
    if trades and ebays:
        mixed = (
            f"{where} are of two scales ({_some(trades)}; {_some(ebays)}): “Very Good” and “Good” are read as {whose}"
        )
        return Judged(scale, mixed, not both)
    if trades:
        return Judged(scale, f"{where} are {whose}: {_some(trades)}")
    if ebays:
        return Judged(Scale.EBAY, f"{where} are eBay's conditions: {_some(ebays)}")
    if sleeves or _TRADE_NAMES.search(name):
        return Judged(scale, f"{where} are {whose}: {'sleeves are graded too' if sleeves else 'its name says so'}")
    if all(meaning.spelled for meaning in found.values()):
        return Judged(Scale.EBAY, f"{where} are read as eBay's conditions: {_some(both)}, spelled out", sure=False)
    return Judged(scale, f"{where} may be eBay's or {whose}: read as the trade's, which promises less", sure=False)


@_remembered
def condition(text: str, scale: Scale | None) -> Said | None:
    """Return what a text says in a column of this scale: a condition of eBay's or grades; None when it says nothing.

    Of a word that both have, the column's scale decides; without one the trade's counts, which promises less.
    """
    found = said(text)
    if found is None or found.condition is None or found.grading is None:
        return _of(found, scale)
    if scale is Scale.EBAY:
        return Said(found.condition, None)
    return _of(Said(None, found.grading), scale)


def refusal(text: str) -> str:
    """Return why a text is no condition, as a sentence."""
    return f"The condition “{text}” cannot be used: write {_ACCEPTED}"


def _of(found: Said | None, scale: Scale | None) -> Said | None:
    """Return what is said with the grades marked as those of the column's scale."""
    if found is None or found.grading is None or scale in (None, Scale.EBAY):
        return found
    return found._replace(grading=replace(found.grading, scale=scale))


def _trades_scale(gradings: Iterable[Grading | None]) -> Scale:
    """Return whose scale grades are of: Record Collector's where it says Excellent and nothing that is Goldmine's."""
    grades = {grade for grading in gradings if grading for grade in (grading.medium, grading.sleeve) if grade}
    goldmine = {Grade.NEAR_MINT, Grade.VERY_GOOD_PLUS, Grade.GOOD_PLUS, *OF_SLEEVES}
    return Scale.RECORD_COLLECTOR if grades & EXCELLENT and not grades & goldmine else Scale.GOLDMINE


def _some(words: Iterable[str]) -> str:
    named = sorted(words, key=str.casefold)
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    return ", ".join(f"“{word.strip()}”" for word in named[:_SHOWN]) + more
