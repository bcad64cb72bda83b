"""The commands about the catalogue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import requests
import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from engine.catalog import musicbrainz_dump
from engine.catalog.covers import CoversAbout, covers_path, open_covers
from engine.catalog.covers_import import CoversImporter
from engine.catalog.download import Link
from engine.catalog.dump import Dump
from engine.catalog.file import About, Catalog, open_catalog
from engine.catalog.imports import Importer, made_from
from engine.catalog.musicbrainz_dump import MusicBrainzDump
from engine.catalog.update import Heard, Updater
from engine.clock import SystemClock
from engine.domain.identify import barcodes
from engine.domain.identify.releases import Release
from engine.errors import CatalogDamaged, CatalogError
from engine.settings import Settings, load
from engine.signals import stop_on_signals
from engine.upstream.http import user_agent

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
    path = Path(load().catalog)
    source = Dump.at(dump, date.date() if date else None)
    about = made_from(path, source)
    if about:
        out.print(f"The catalogue was made from {dump.name} already.", highlight=False)
    else:
        about = _import(source, path)
    _print_about(about, path)


@app.command("import-musicbrainz")
def import_musicbrainz(
    dump: Annotated[Path, typer.Argument(metavar="FILE", help="release.tar.xz, or the JSON lines in it.")],
) -> None:
    """Note which releases have a front cover, from MusicBrainz' dump, so that no row asks for it. Ctrl-C stops it."""
    path = covers_path(Path(load().catalog))
    _print_covers(_import_covers(musicbrainz_dump.at(dump), path, stop_on_signals()), path)


@app.command()
def update(
    covers: Annotated[
        bool, typer.Option("--covers", help="Also read MusicBrainz' newest dump, for front covers.")
    ] = False,
) -> None:
    """Make the catalogue from Discogs' newest monthly dump, read from its address; nothing where it is that already."""
    settings, stop = load(), stop_on_signals()
    path = Path(settings.catalog)
    _update(settings, path, stop)
    if covers:
        _update_covers(settings, covers_path(path), stop)


def _update(settings: Settings, path: Path, stop: threading.Event) -> None:
    with requests.Session() as session, _bar() as (show, say):
        link = Link(session, user_agent(settings.contact), stop)
        updated = Updater(path, link, settings.discogs_dump_url, SystemClock(), show, say).run()
    if not updated.new:
        out.print(f"The catalogue was made from {updated.about.dump} already.", highlight=False)
    elif not updated.checked:
        out.print("Discogs gives no checksum of this dump, so only its own was compared.")
    _print_about(updated.about, path)


def _update_covers(settings: Settings, path: Path, stop: threading.Event) -> None:
    """Read MusicBrainz' newest dump, unless what is there was made from it."""
    with requests.Session() as session:
        link = Link(session, user_agent(settings.contact), stop)
        folder = musicbrainz_dump.newest(link, settings.musicbrainz_dump_url)
        about = _covers_about(path)
        if about and about.dump == folder:
            out.print(f"The covers were taken from MusicBrainz' dump {folder} already.", highlight=False)
        else:
            dump = musicbrainz_dump.streamed(link, settings.musicbrainz_dump_url, folder)
            about = _import_covers(dump, path, stop)
    _print_covers(about, path)


def _import_covers(dump: MusicBrainzDump, path: Path, stop: threading.Event) -> CoversAbout:
    """Import a dump of MusicBrainz while a bar shows how far it is."""
    with _progress() as progress:
        task = progress.add_task("Reading", total=dump.size, progress_line="")

        def report(about: CoversAbout) -> None:
            progress_line = f"{about.releases:,} releases, {about.fronts:,} with a front cover"
            progress.update(task, completed=about.read, progress_line=progress_line)

        return CoversImporter(path, SystemClock(), stop, report).run(dump)


def _covers_about(path: Path) -> CoversAbout | None:
    """Return what the covers at `path` were made from, None when there are none that can be used."""
    try:
        covers = open_covers(path)
    except CatalogDamaged:
        return None
    if covers is None:
        return None
    covers.close()
    return covers.about


@contextmanager
def _bar() -> Iterator[tuple[Heard, Callable[[str], None]]]:
    """Lend what shows how far an update is, and what says a sentence beside it."""
    with _progress() as progress:
        task = progress.add_task("Reading", total=None, progress_line="")

        def show(about: About, _seconds_left: float | None) -> None:
            line = f"{about.releases:,} releases, {about.kept:,} kept"
            progress.update(task, total=about.size, completed=about.read, progress_line=line)

        yield show, progress.console.print


@app.command()
def info() -> None:
    """Show what the catalogue, and the covers beside it, were made from."""
    path = Path(load().catalog)
    _print_about(_catalog(path).about, path)
    if covers := open_covers(covers_path(path)):
        _print_covers(covers.about, covers_path(path))


@app.command()
def find(code: Annotated[str, typer.Argument(metavar="UPC", help="A barcode, in any spelling.")]) -> None:
    """Show the releases that carry a barcode."""
    barcode = barcodes.read(code)
    if barcode.gtin is None:
        raise typer.BadParameter(barcode.problem)
    catalog = _catalog(Path(load().catalog))
    found = catalog.find([barcode.gtin])[barcode.gtin]
    if not found:
        raise CatalogError(f"No release with the barcode {barcodes.display(barcode.gtin)} is in the catalogue.")
    _print_releases(found)


def _import(dump: Dump, path: Path) -> About:
    """Import a dump while a bar shows how far it is."""
    clock = SystemClock()
    begun, begun_at = 0, clock.monotonic()
    with _progress() as progress:
        task = progress.add_task("Reading", total=dump.size, progress_line="")

        def begin(about: About) -> None:
            nonlocal begun
            begun = about.releases
            if about.last is not None:
                out.print(f"Goes on after release {about.last}: {about.releases:,} were read before.", highlight=False)

        def report(about: About) -> None:
            rate = (about.releases - begun) / max(clock.monotonic() - begun_at, 0.1)
            progress_line = f"{about.releases:,} releases, {about.kept:,} kept, {rate:,.0f}/s"
            progress.update(task, completed=about.read, progress_line=progress_line)

        return Importer(path, clock, stop_on_signals(), begin=begin, report=report).run(dump)


def _catalog(path: Path) -> Catalog:
    catalog = open_catalog(path)
    if catalog is None:
        raise CatalogError(f"There is no catalogue {path} yet. Make it with: python -m engine catalog update")
    return catalog


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[progress_line]}"),
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


def _print_covers(about: CoversAbout, path: Path) -> None:
    table = Table(box=None, show_header=False)
    table.add_row("Covers", f"{path}, {decimal(path.stat().st_size)}")
    day = f" of {about.made_on}" if about.made_on else ""
    table.add_row("Made from", f"MusicBrainz data dump{day} ({about.dump}, {decimal(about.size)})")
    table.add_row("Front covers", f"{about.fronts:,} of {about.kept:,} releases with a barcode or a link to Discogs")
    if about.odd:
        table.add_row("Left out", f"{about.odd:,} lines that are no release")
    out.print(table, highlight=False)


def _print_releases(releases: list[Release]) -> None:
    table = Table("Discogs", "Artist", "Title", "Released", "Label", "Number", "Format", "Country", box=None)
    for release in releases:
        facts = (release.id, release.artist, release.title, release.released, release.label, release.catalog_number)
        table.add_row(*facts, release.format, release.country)
    out.print(table, highlight=False, markup=False)
