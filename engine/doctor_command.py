"""`python -m engine doctor`: one line for each check, with what to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from engine import terminal
from engine.bootstrap.doctors import examine
from engine.clock import SystemClock
from engine.codec import to_json
from engine.doctor.report import Finding, Level, problem
from engine.errors import BadSetting
from engine.settings import load

COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Check settings, stores, files, services, clock, disk and catalogue; exit status 1 when there is a problem."""
    found = []
    for finding in _findings():
        found.append(finding)
        if not as_json:
            _print(finding)
    healthy = not any(finding.level == Level.PROBLEM for finding in found)
    if as_json:
        terminal.print_json({"healthy": healthy, "findings": to_json(found)})
    raise typer.Exit(0 if healthy else 1)


def _findings() -> Iterator[Finding]:
    """Yield all findings; a setting that cannot be used is the last one."""
    try:
        yield from examine(load(), SystemClock(), threading.Event())
    except BadSetting as wrong:
        yield problem("Settings", str(wrong), "Correct it in the environment or in .env.")


def _print(finding: Finding) -> None:
    line = Text.assemble(
        (f"{finding.level:<8}", COLOURS.get(finding.level, "")), f" {finding.check:<18} {finding.sentence}"
    )
    if finding.advice:
        line.append(f" {finding.advice}", "bold")
    terminal.out.print(line, soft_wrap=True, highlight=False)
