"""The commands about the catalogue."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from engine.catalog.dump import Dump
from engine.catalog.file import About, Catalog, open_catalog
from engine.catalog.imports import Importer, made_from
from engine.clock import SystemClock
from engine.domain import upc
from engine.domain.releases import Release
from engine.errors import CatalogError
from engine.settings import Settings
from engine.signals import stop_on_signals

app = typer.Typer(no_args_is_help=True, help="The offline catalogue: releases of the monthly Discogs data dump.")
out = Console()


@app.command("import")
def import_dump(
    dump: Annotated[Path, typer.Argument(metavar="DUMP", help="discogs_YYYYMMDD_releases.xml.gz, or unpacked.")],
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the dump, when its name does not tell.")
    ] = None,
) -> None:
    """Make the catalogue from a dump; the one in use is replaced at the end. Ctrl-C stops it, and it goes on later."""
    path = Path(Settings().catalog)
    source = Dump.at(dump, date.date() if date else None)
    about = made_from(path, source)
    if about:
        out.print(f"The catalogue was made from {dump.name} already.", highlight=False)
    else:
        about = _import(source, path)
        out.print("Workers that run already use the new catalogue once they are started again.")
    _print_about(about, path)


@app.command()
def info() -> None:
    """Show what the catalogue was made from."""
    path = Path(Settings().catalog)
    _print_about(_catalog(path).about, path)


@app.command()
def find(code: Annotated[str, typer.Argument(metavar="UPC", help="A barcode, in any spelling.")]) -> None:
    """Show the releases that carry a barcode."""
    barcode = upc.read(code)
    if barcode.gtin is None:
        raise typer.BadParameter(barcode.problem)
    catalog = _catalog(Path(Settings().catalog))
    found = catalog.find([barcode.gtin])[barcode.gtin]
    if not found:
        raise CatalogError(f"No release with the barcode {upc.display(barcode.gtin)} is in the catalogue.")
    _print_releases(found)


def _import(dump: Dump, path: Path) -> About:
    """Import a dump while a bar shows how far it is."""
    clock = SystemClock()
    begun, begun_at = 0, clock.monotonic()
    with _progress() as progress:
        task = progress.add_task("Reading", total=dump.size, told="")

        def begin(about: About) -> None:
            nonlocal begun
            begun = about.releases
            if about.last is not None:
                out.print(f"Goes on after release {about.last}: {about.releases:,} were read before.", highlight=False)

        def report(about: About) -> None:
            rate = (about.releases - begun) / max(clock.monotonic() - begun_at, 0.1)
            told = f"{about.releases:,} releases, {about.kept:,} kept, {rate:,.0f}/s"
            progress.update(task, completed=about.read, told=told)

        return Importer(path, clock, stop_on_signals(), begin=begin, report=report).run(dump)


def _catalog(path: Path) -> Catalog:
    catalog = open_catalog(path)
    if catalog is None:
        raise CatalogError(f"There is no catalogue {path} yet. Make it with: python -m engine catalog import DUMP")
    return catalog


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _print_about(about: About, path: Path) -> None:
    table = Table(box=None, show_header=False)
    table.add_row("Catalogue", f"{path}, {decimal(path.stat().st_size)}")
    table.add_row("Made from", f"Discogs data dump of {about.made_on} ({about.dump}, {decimal(about.size)})")
    table.add_row("Age", f"{(SystemClock().now().date() - about.made_on).days:,} days")
    table.add_row("Releases", f"{about.kept:,} with a barcode, of {about.releases:,}")
    if about.mended:
        table.add_row("Mended", f"{about.mended:,} releases with characters that XML does not allow")
    if about.imported_at:
        table.add_row("Imported", f"{about.imported_at:%Y-%m-%d %H:%M} UTC")
    out.print(table, highlight=False)


def _print_releases(releases: list[Release]) -> None:
    table = Table("Discogs", "Artist", "Title", "Released", "Label", "Number", "Format", "Country", box=None)
    for release in releases:
        facts = (release.id, release.artist, release.title, release.released, release.label, release.catalog_number)
        table.add_row(*facts, release.format, release.country)
    out.print(table, highlight=False, markup=False)
