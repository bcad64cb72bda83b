"""How batches are found by their names. Pure."""

from __future__ import annotations

import re

from engine.domain.folding import folded

LONGEST = 32  # letters of a search that count
MOST_LETTERS = 120  # of a name that is searched
EVERY = "*"  # among the terms of every batch, so that those without any can be counted
_WORD = re.compile(r"[^\W_]+")


def terms(name: str) -> tuple[str, ...]:
    """Return every text by which a batch of that name is found: each beginning of it, from each of its words on.

    A store looks for one of them, whole; so it counts and pages what a search finds by itself.
    """
    words = _WORD.findall(folded(name[:MOST_LETTERS]))
    rests = [" ".join(words[start:])[:LONGEST] for start in range(len(words))]
    return (EVERY, *sorted({rest[:length].rstrip() for rest in rests for length in range(1, len(rest) + 1)}))


def asked(q: str) -> str:
    """Return the term that a search asks for, "" where it asks for nothing: words one after another.

    The last of them may be begun: `box 1` finds `Spring, box 14.csv`.
    """
    return " ".join(_WORD.findall(folded(q)))[:LONGEST].rstrip()
