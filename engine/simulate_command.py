"""`python -m engine simulate FILE`: how long a file will take, and by which limit; nothing is asked or started."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from engine import terminal
from engine.bootstrap.simulations import Comparison, Simulation, Simulator
from engine.clock import SystemClock
from engine.domain.batch.options import Options, description
from engine.domain.services import NAMES, Service
from engine.file_commands import Columns, EachBarcode, HeaderLine, Sheets, content_of, layout
from engine.settings import load

_NO_LIMIT = "no quota, but the time of answers"


def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A txt, csv, tsv, json, xlsx or xls file.")],
    profile: Annotated[str, typer.Option(help=description("profile"))] = "",
    workers: Annotated[int, typer.Option(min=0, help="How many engines; those that are alive without it.")] = 0,
    answer_seconds: Annotated[
        float | None, typer.Option(min=0.0, help="How long each answer takes; as was measured without it.")
    ] = None,
    columns: Columns = None,
    header_line: HeaderLine = None,
    sheets: Sheets = None,
    each_barcode: EachBarcode = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Show how long a file will take with these connections, by which limit, with the catalogue and without."""
    settings, engine = load(), terminal.open_engine()
    chosen = engine.profiles.chosen(profile)
    options = Options(price_rule=chosen.price_rule, profile=chosen.name)
    read_as = layout(columns, header_line, sheets, each_barcode)
    rows = list(engine.submission.open(content_of(file), file.name, read_as).rows())
    simulator = Simulator(settings, engine, SystemClock(), workers=workers, answer_seconds=answer_seconds)
    found = simulator.compare(rows, options)
    if as_json:
        terminal.print_json({"file": file.name, "rows": len(rows), **_answer(found)})
        return
    terminal.say(f"{file.name}: {len(rows):,} rows.")
    _print(found)
    if found.with_catalog is None:
        terminal.say("There is no offline catalogue on this machine: python -m engine catalog update makes one.")


def _answer(found: Comparison) -> dict[str, object]:
    """Return the comparison in JSON types."""
    both = {"without_catalog": found.without, "with_catalog": found.with_catalog}
    return {name: one and _fields(one) for name, one in both.items()}


def _fields(one: Simulation) -> dict[str, object]:
    return {
        "looked_up": one.looked_up,
        "seconds": round(one.result.seconds, 1),
        "limited_by": one.result.limited_by,
        "calls": {str(service): count for service, count in one.result.calls.items()},
        "quotas_for_the_day": {
            str(calls.service): {"limit": calls.daily_limit, "left": calls.daily_left, "rest_from": calls.rest_from}
            for calls in one.ahead
            if calls.daily_limit is not None
        },
    }


def _print(found: Comparison) -> None:
    """Print the two side by side."""
    shown = {"without the catalogue": found.without}
    if found.with_catalog:
        shown["with the catalogue"] = found.with_catalog
    table = Table("", *shown, box=None)
    table.add_row("time (h:mm:ss)", *(str(timedelta(seconds=round(one.result.seconds))) for one in shown.values()))
    table.add_row("limited by", *(one.limit or _NO_LIMIT for one in shown.values()))
    table.add_row("rows to look up", *(f"{one.looked_up:,}" for one in shown.values()))
    for service in Service:
        if any(service in one.result.calls for one in shown.values()):
            table.add_row(f"calls of {NAMES[service]}", *(_calls(service, one) for one in shown.values()))
    terminal.print_whole(table)


def _calls(service: Service, one: Simulation) -> str:
    """Return how many calls of a service there are, with what is left of the day."""
    ahead = next((calls for calls in one.ahead if calls.service is service), None)
    return f"{ahead.calls:,}{ahead.today}" if ahead else "0"
