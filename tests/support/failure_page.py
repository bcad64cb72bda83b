"""`docs/upstream-failures.md`, made of the table of blame: `python -m tests.support.failure_page` writes it."""

from __future__ import annotations

from pathlib import Path

from engine.domain.services import NAMES, Service
from engine.errors import Blame
from engine.upstream.failure_policy.policies import QUICK_TRIES, Entry, Policy
from engine.upstream.failure_policy.table import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "upstream-failures.md"

_HEAD = """# When a service fails

What every answer of Discogs, MusicBrainz, the Cover Art Archive and eBay means, and the lack of one. The table is the
one in `engine/upstream/failure_policy`. A test holds this page to it; `python -m tests.support.failure_page` writes
it anew. An answer is looked up among the lines of its service, then among those of all services; the first one that
fits counts.

Whose fault it is decides what happens:

* **the row's**: it fails with the sentence as its reason, and the batch goes on. Retry failed tries it again.
  Where the price or the picture alone was asked for, it is drafted without, and the draft says why.
* **the service's**: the row waits and runs again after 1, 2, 4 … 60 seconds, as often as needed, and at once when a
  call of another row gets through. It spends no attempt.
* **yours**: the batch pauses with the sentence, and nothing of it is lost. Resume goes on where it stopped.
* **nobody's**: it is an answer, and the row goes on.

No answer of a service fails a whole batch. A field that is not what it should be, such as a title that is null or a
list where a text is expected, is left out, and so is a hit without a number or a title: all else of the answer is read.

*Outage* counts towards taking a service as down, so that it is left alone for a while. *Quota* means that it was called
too often. *In doubt* means that a write to eBay may have been done although it looks failed.

After five outages in a row, three at eBay, nobody calls the service: one call, never a write, tries it after a while
that grows to a minute, at eBay to five. When it answers, all rows that wait go on.

A write to eBay is repeated at most twice, each time after a look at what eBay holds; then the row waits 15 seconds, 30
and so on up to five minutes before the next three. A row that fails nine times while other drafts go through fails, and
can be retried; without others it does so after six hours. A call that never left, one that came too early or too often
does not count.

The rules of eBay's categories, and what the seller has set up at eBay (policies, locations, a store), are asked for
beside the rows: whatever comes of that, no row waits or fails, and no batch pauses.
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
    return line.what, _WHOSE[line.policy.blame], _next(line.policy), line.policy.sentence.format(**places)


def _next(policy: Policy) -> str:
    if policy.blame is None:
        return "the row goes on"
    if policy.blame is Blame.ITEM:
        return "the row fails as a defect" if policy.defect else "the row fails"
    if policy.blame is Blame.OPERATOR:
        return "the batch pauses"
    tries = f"up to {QUICK_TRIES} quick tries, then it waits" if policy.busy else "the row waits"
    least = f", at least {policy.wait_seconds:g} s" if policy.wait_seconds else ""
    marks = {"outage": policy.outage, "quota": policy.quota, "in doubt": policy.applied, "never left": policy.unsent}
    return "; ".join([tries + least, *(mark for mark, holds in marks.items() if holds)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
