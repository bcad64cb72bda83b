"""Files on the command line: how they are read, and what is in one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from engine import terminal
from engine.domain.batch import layout as layouts
from engine.domain.batch.layout import Layout, Role
from engine.domain.batch.options import description
from engine.domain.batch.rows import RowState
from engine.public import Check, TableView

Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="NAME=ROLE",
        help=f"{layouts.COLUMNS} Once for each column: --column 'My code=barcode' --column 'column 3=price'. "
        f"Roles: {', '.join(Role)}.",
    ),
]
HeaderLine = Annotated[int | None, typer.Option(min=0, help=layouts.HEADER_LINE)]
Sheets = Annotated[list[str] | None, typer.Option("--sheet", metavar="NAME", help=layouts.SHEETS)]
EachBarcode = Annotated[bool | None, typer.Option("--each-barcode/--one-row-a-line", help=layouts.EACH_BARCODE)]

_ROWS = 2
_LONGEST = 40  # characters of a cell


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A txt, csv, tsv, json, xlsx or xls file.")],
    profile: Annotated[str, typer.Option(help=description("profile"))] = "",
    columns: Columns = None,
    header_line: HeaderLine = None,
    sheets: Sheets = None,
    each_barcode: EachBarcode = None,
) -> None:
    """Show how a file is read, what is in it, and what it would ask of the services; nothing is started."""
    chosen = layout(columns, header_line, sheets, each_barcode)
    engine = terminal.open_engine()
    options = engine.profiles.chosen(profile).options()
    found = engine.submission.open(content_of(file), file.name, chosen).check()
    for table in found.tables:
        _show(table)
    for judged in found.scales:
        terminal.say(f"{judged.reason}{'' if judged.sure else ' (a guess)'}.")
    terminal.say(_summary(found))
    if ahead := engine.upstreams.all().calls_ahead(found.looked_up, options):
        terminal.say(f"Calls: about {', '.join(calls.words for calls in ahead)}.")


def layout(
    columns: list[str] | None, header_line: int | None, sheets: list[str] | None, each_barcode: bool | None
) -> Layout:
    """Return the layout that the flags say.

    Raises:
        BadParameter: a column is not `NAME=ROLE`, or named twice.
        BadRequest: it fits no file.
    """
    roles: dict[str, Role] = {}
    for column in columns or ():
        name, equals, word = column.rpartition("=")
        role = next((role for role in Role if role == word.strip()), None)
        if not equals or role is None:
            raise typer.BadParameter(f"--column {column!r} is not NAME=ROLE with one of the roles {', '.join(Role)}")
        if name.strip() in roles:
            raise typer.BadParameter(f"--column names {name.strip()} twice: choose one role for it")
        roles[name.strip()] = role
    return layouts.layout(roles, header_line=header_line, sheets=sheets or (), each=each_barcode)


def content_of(file: Path) -> bytes:
    """Return what is in a file of this machine.

    Raises:
        BadParameter: it is none, or cannot be read.
    """
    if not file.is_file():
        raise typer.BadParameter(f"{file} is not a file")
    try:
        return file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror})") from error


def _show(table: TableView) -> None:
    """Print the columns of a table, what each is for, and the first rows."""
    if table.sheet:
        terminal.say(f"Sheet {table.sheet}{'' if table.read else ': not read'}")
    if not table.read:
        return
    where = f"The header is line {table.header_line}." if table.header_line else "There is no header."
    chosen = " Read as a person chose for this header before." if table.known else ""
    terminal.say(f"{where}{chosen}{f' {table.doubt}.' if table.doubt else ''}")
    shown = Table("Column", "Role", *(f"Line {line}" for line, _ in table.sample[:_ROWS]), box=None)
    for place, column in enumerate(table.columns):
        cells = (row[place].strip()[:_LONGEST] if place < len(row) else "" for _, row in table.sample[:_ROWS])
        role = "" if column.role is Role.OTHER else str(column.role)
        shown.add_row(column.name[:_LONGEST], role, *cells)
    terminal.print_whole(shown)


def _summary(found: Check) -> str:
    parts = ", ".join(f"{found.counts[state]:,} {state}" for state in RowState)
    kind = f"{found.kind}. " if found.kind else ""
    return f"{kind}{found.total:,} rows: {parts}."
