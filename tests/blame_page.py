"""`docs/upstream-failures.md`, made of the table of blame: `python tests/blame_page.py` writes it."""

from __future__ import annotations

from pathlib import Path

from engine.domain.services import NAMES, Service
from engine.errors import Blame
from engine.upstream.blame.rulings import QUICK_TRIES, Entry, Ruling
from engine.upstream.blame.table import TABLE

PAGE = Path(__file__).parents[1] / "docs" / "upstream-failures.md"

_HEAD = """# When a service fails

What every answer of Discogs, MusicBrainz, the Cover Art Archive and eBay means, and the lack of one. The table is the
one in `engine/upstream/blame/table.py`, and a test holds this page to it; `python -m tests.blame_page` writes it anew.
An answer is looked up among the lines of its service, then among those of all services; the first one that fits counts.

Whose fault it is decides what happens:

* **the row's**: it fails with the sentence as its reason, and the batch goes on. Retry failed tries it again.
* **the service's**: the row waits and runs again after 1, 2, 4 … 60 seconds, as often as needed. It spends no attempt.
* **yours**: the batch pauses with the sentence, and nothing of it is lost. Resume goes on where it stopped.
* **nobody's**: it is an answer, and the row goes on.

No answer of a service fails a whole batch.

*Outage* counts towards taking a service as down, so that it is left alone for a while. *Quota* means that it was called
too often. *In doubt* means that a write to eBay may have been done although it looks failed.

A write to eBay is repeated at most twice for a row, each time after a look at what eBay holds. The third failure pauses
the batch. A call that never left, one that came too early or too often does not count.

The rules of eBay's categories are asked for beside the rows: whatever comes of that, no row waits or fails, and no
batch pauses.
"""

_COVERS = "A draft without a cover is still a draft: no row waits or fails for the archive, and its draft says why.\n"

_WHOSE = {Blame.ITEM: "the row's", Blame.UPSTREAM: "the service's", Blame.OPERATOR: "yours", None: "nobody's"}


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(_section(service, lines) for service, lines in TABLE.items())])


def _section(service: Service | None, lines: tuple[Entry, ...]) -> str:
    name = NAMES[service] if service else "Any service"
    rows = [f"| {' | '.join(_cells(service, line))} |" for line in lines]
    head = ["| What comes back | Whose fault | What happens | What you read |", "|---|---|---|---|"]
    return "\n".join([f"## {name}\n", *([_COVERS] if service is Service.COVERART else []), *head, *rows, ""])


def _cells(service: Service | None, line: Entry) -> tuple[str, str, str, str]:
    known = f"The {NAMES[service]}" if service is Service.COVERART else NAMES[service] if service else "*service*"
    places = {"name": known, "said": "*its words*", "status": "*status*", "setting": "*its setting*"}
    return line.what, _WHOSE[line.ruling.blame], _next(line.ruling), line.ruling.sentence.format(**places)


def _next(ruling: Ruling) -> str:
    if ruling.blame is None:
        return "the row goes on"
    if ruling.blame is Blame.ITEM:
        return "the row fails as a defect" if ruling.defect else "the row fails"
    if ruling.blame is Blame.OPERATOR:
        return "the batch pauses"
    tries = f"up to {QUICK_TRIES} quick tries, then it waits" if ruling.busy else "the row waits"
    least = f", at least {ruling.wait_seconds:g} s" if ruling.wait_seconds else ""
    marks = {"outage": ruling.outage, "quota": ruling.quota, "in doubt": ruling.applied, "never left": ruling.unsent}
    return "; ".join([tries + least, *(mark for mark, holds in marks.items() if holds)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
