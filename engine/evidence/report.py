"""What was tried, as a table for people."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from engine import __version__
from engine.clock import SystemClock
from engine.evidence.chaos import WORKERS, Chaos
from engine.evidence.run import Evidence
from engine.evidence.trials import Trial

MARK = "evidence"


def table(found: Sequence[Evidence], storms: Sequence[Chaos] = ()) -> str:
    """Return what was tried as Markdown, with every chaos."""
    return "\n".join(chain(_lines(found), *map(_told, storms)))


def _told(storm: Chaos) -> Iterator[str]:
    yield ""
    strikes = f"{storm.kills} kills and {storm.freezes} freezes at random moments (seed {storm.seed})"
    yield f"Chaos on {storm.store}: {WORKERS} workers, {storm.rows:,} rows, {strikes},"
    yield f"{storm.seconds / 60:.1f} minutes, violations: {len(storm.wrong)}."
    if storm.set_aside:
        yield f"Rows that were set aside after three deaths, and drafted when they were retried: {storm.set_aside}."
    yield from (f"- {one}" for one in storm.wrong)


def _lines(found: Sequence[Evidence]) -> Iterator[str]:
    strikes = "killed there | killed again in the recovery | frozen there | store away there"
    yield f"| store | what is done | points | {strikes} |"
    yield "|---|---|---|---|---|---|---|"
    for one in found:
        for name, count in one.counts.items():
            pairs = f"{count.pairs} of {len(count.pairs_planned)}"
            cells = (one.store, name, count.points, count.killed, pairs, count.frozen, count.away)
            yield f"| {' | '.join(map(str, cells))} |"
    wrong = [trial for one in found for trial in one.wrong]
    took = ", ".join(f"{one.store} {one.seconds / 60:.1f} minutes (seed {one.seed})" for one in found)
    yield ""
    yield f"Violations: {len(wrong)}. {took}. Version {__version__}, {SystemClock().now():%Y-%m-%d}, Python "
    yield f"{platform.python_version()}, {platform.system()}."
    yield from (f"- {described(trial)}" for trial in wrong)


def described(trial: Trial) -> str:
    """Return what was wrong in a trial, in one line."""
    strikes = trial.strikes
    how = f"killed at {', '.join(map(str, strikes.kills)) or 'no point'}"
    if strikes.frozen:
        how = f"frozen at {strikes.frozen}"
    if strikes.away:
        how = f"store away at {strikes.away} for {strikes.away_seconds:g} s"
    return f"{trial.scenario}, {how}: {'; '.join(trial.wrong)}"


def write(text: str, file: Path, mark: str = MARK) -> None:
    """Replace what stands between two marks of a file, or make a file of the text alone."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    whole = file.read_text(encoding="utf-8") if file.exists() else f"# Evidence\n\n{begin}\n{end}\n"
    before, _, rest = whole.partition(begin)
    file.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
