"""What was tried, as a table for people."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine import __version__
from engine.clock import SystemClock
from engine.evidence.chaos import WORKERS, Chaos
from engine.evidence.run import Evidence
from engine.evidence.trials import Trial

MARK = "evidence"


def table(found: Sequence[Evidence], storm: Chaos | None = None) -> str:
    """Return what was tried as Markdown, with a chaos where there was one."""
    return "\n".join([*_lines(found), *(_told(storm) if storm else ())])


def _told(storm: Chaos) -> Iterator[str]:
    yield ""
    strikes = f"{storm.kills} kills and {storm.freezes} freezes at random moments (seed {storm.seed})"
    yield f"Chaos: {WORKERS} workers, {storm.rows:,} rows, {strikes},"
    yield f"{storm.seconds / 60:.1f} minutes, violations: {len(storm.wrong)}."
    yield from (f"- {one}" for one in storm.wrong)


def _lines(found: Sequence[Evidence]) -> Iterator[str]:
    yield "| store | what is done | points | killed there | killed again in the recovery | frozen there |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        for name, count in one.counts.items():
            pairs = f"{count.pairs} of {count.planned_pairs}" if count.planned_pairs else "0"
            yield f"| {one.store} | {name} | {count.points} | {count.killed} | {pairs} | {count.frozen} |"
    wrong = [trial for one in found for trial in one.wrong]
    took = ", ".join(f"{one.store} {one.seconds / 60:.1f} minutes (seed {one.seed})" for one in found)
    yield ""
    yield f"Violations: {len(wrong)}. {took}. Version {__version__}, {SystemClock().now():%Y-%m-%d}, Python "
    yield f"{platform.python_version()}, {platform.system()}."
    yield from (f"- {described(trial)}" for trial in wrong)


def described(trial: Trial) -> str:
    """Return what was wrong in a trial, in one line."""
    how = f"frozen at {trial.frozen}" if trial.frozen else f"killed at {', '.join(map(str, trial.kills)) or 'no point'}"
    return f"{trial.scenario}, {how}: {'; '.join(trial.wrong)}"


def write(text: str, file: Path, mark: str = MARK) -> None:
    """Replace what stands between two marks of a file, or make a file of the text alone."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    whole = file.read_text(encoding="utf-8") if file.exists() else f"# Evidence\n\n{begin}\n{end}\n"
    before, _, rest = whole.partition(begin)
    file.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
