"""The command line: run the parts, and do by hand what the console does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from engine import log
from engine.bootstrap import open_engine, open_worker
from engine.catalog import commands as catalog
from engine.domain.jobs import OPEN, Job, JobStatus
from engine.domain.options import Ambiguous, DraftedBefore, Duplicates, Need, Options
from engine.domain.pricing import PriceRule
from engine.domain.rows import Condition
from engine.errors import EngineError
from engine.public import Engine, Exports
from engine.settings import Settings
from engine.signals import stop_on_signals

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(catalog.app, name="catalog")
out = Console()
BY = "command line"

JobId = Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")]


@app.command()
def worker(
    until_idle: Annotated[bool, typer.Option(help="Stop when there is nothing left to do.")] = False,
) -> None:
    """Run a worker until Ctrl-C or SIGTERM; it finishes the rows in hand and lets go of its batch."""
    settings = Settings()
    log.configure(settings.log)
    stop = stop_on_signals()
    with open_worker(settings, stop) as working:
        working.run(until_idle=until_idle)


@app.command()
def sandbox(
    ledger: Annotated[Path | None, typer.Option(help="Keep the ledger of calls and drafts in this file.")] = None,
) -> None:
    """Run the sandbox: Discogs, MusicBrainz, Cover Art Archive and eBay on this machine."""
    from engine.sandbox import serve

    settings = Settings()
    log.configure(settings.log)
    serve(settings.sandbox_port, ledger=ledger, latency=settings.sandbox_latency)


@app.command()
def demo() -> None:
    """Run console, one worker and the sandbox together; Ctrl-C stops them all."""
    from engine.demo import Demo

    settings = Settings()
    log.configure(settings.log)
    sys.exit(Demo(settings, stop_on_signals()).run())


@app.command()
def submit(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A txt, csv or xlsx file, or gs://bucket/object.")],
    name: Annotated[str, typer.Option(help="The name of the batch; the file's name without it.")] = "",
    condition: Annotated[Condition | None, typer.Option(help="Grading of copies whose row has none.")] = None,
    duplicates: Annotated[Duplicates, typer.Option(help="What becomes of repeated barcodes.")] = Duplicates.EACH,
    discogs: Annotated[Need, typer.Option(help="Whether to stop when Discogs refuses our token.")] = Need.REQUIRED,
    ambiguous: Annotated[
        Ambiguous, typer.Option(help="Hold rows that several releases match, or draft the best.")
    ] = Ambiguous.HOLD,
    drafted_before: Annotated[
        DraftedBefore,
        typer.Option(help="Draft again what an earlier batch drafted, skip it, or add its copies to that draft."),
    ] = DraftedBefore.AGAIN,
    photos: Annotated[str, typer.Option(help="How your photos are named: gs://bucket/photos/{upc}_*.jpg.")] = "",
    price_rule: Annotated[Path | None, typer.Option(help="A price rule, in a JSON file, as the API takes it.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Take only this many rows.")] = None,
    drafts: Annotated[bool, typer.Option(help="Send drafts to eBay.")] = True,
    test_mode: Annotated[bool, typer.Option(help="Do everything but send drafts to eBay.")] = False,
    watch: Annotated[bool, typer.Option(help="Show progress until the batch ends.")] = False,
) -> None:
    """Start a batch."""
    options = Options(
        create_drafts=drafts,
        test_mode=test_mode,
        condition=condition,
        duplicates=duplicates,
        first=first,
        discogs=discogs,
        ambiguous=ambiguous,
        drafted_before=drafted_before,
        photos=photos,
        price_rule=_price_rule(price_rule),
    )
    engine = _engine()
    if file.startswith("gs://"):
        job = engine.submission.submit(file, options, name=name, by=BY)
    else:
        path = Path(file)
        if not path.is_file():
            raise typer.BadParameter(f"{file} is not a file")
        job = engine.submission.upload(path.read_bytes(), path.name, options, name=name, by=BY)
    out.print(job.job_id, highlight=False)
    if watch:
        _watch(engine, job.job_id)


@app.command()
def status(
    job: Annotated[str | None, typer.Argument(metavar="[JOB]", help="One batch; the newest ones without it.")] = None,
    watch: Annotated[bool, typer.Option(help="Show progress until the batch ends.")] = False,
) -> None:
    """Show batches, or one batch with its failed rows."""
    engine = _engine()
    if job is None:
        _print_jobs(list(engine.queries.jobs(limit=20).jobs))
        return
    if watch:
        _watch(engine, job)
    _print_jobs([engine.queries.job(job)])
    for item in engine.queries.failed(job, 20):
        out.print(f"  row {item.line}  {item.upc}  {item.error}", highlight=False, markup=False)


@app.command()
def recover(job: JobId) -> None:
    """Let an interrupted, failed or stopped batch go on where it stopped."""
    _print_jobs([_engine().control.recover(job, by=BY)])


@app.command()
def retry(job: JobId, as_new: Annotated[bool, typer.Option(help="As a new batch, not in place.")] = False) -> None:
    """Run the failed rows of a batch again."""
    engine = _engine()
    _print_jobs([engine.retry_as_new(job, by=BY) if as_new else engine.control.retry_failed(job, by=BY)])


@app.command()
def export(
    job: JobId,
    kind: Annotated[
        str, typer.Option("--format", help="csv, jsonl, failed (barcodes, one a line), ebay (drafts), or discogs.")
    ] = "csv",
    part: Annotated[int, typer.Option(min=1, help="Which file of eBay drafts; each has up to 15 MB.")] = 1,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output without it.")] = None,
) -> None:
    """Write the results of a batch, one line for each row of its file, or a file to upload at eBay or Discogs."""
    exports = _engine().exports
    formats: dict[str, Callable[[str], Iterator[str]]] = {
        "csv": exports.results_csv,
        "jsonl": exports.results_jsonl,
        "failed": exports.failed_txt,
        "ebay": partial(_ebay_drafts, exports, part),
        "discogs": exports.discogs_inventory,
    }
    if kind not in formats:
        raise typer.BadParameter(f"--format is one of {', '.join(formats)}")
    lines = formats[kind](job)
    if output is None:
        sys.stdout.writelines(lines)
        return
    with output.open("w", encoding="utf-8", newline="") as file, _progress() as progress:
        task = progress.add_task(f"Writing {output}", total=None)
        for line in lines:
            file.write(line)
            progress.advance(task)


def _ebay_drafts(exports: Exports, part: int, job_id: str) -> Iterator[str]:
    """Return the lines of one file of drafts, and say how many files there are and what the drafts lack."""
    file = exports.ebay_drafts(job_id, part=part)
    lacking = (f"{count} without a {name}" for name, count in sorted(file.plan.lacking.items()))
    told = (f"{file.plan.drafts} drafts", *lacking, f"part {part} of {len(file.plan.starts)}")
    Console(stderr=True).print(", ".join(told), highlight=False)
    return file.lines


def main() -> None:
    """Run the command that was asked for; an error of ours is one sentence and exit status 1."""
    try:
        app()
    except EngineError as error:
        Console(stderr=True).print(f"[red]{error}[/red]", highlight=False)
        sys.exit(1)


def _price_rule(file: Path | None) -> PriceRule:
    if file is None:
        return PriceRule()
    from pydantic import ValidationError

    from engine.api.price_rules import PriceRuleBody  # loads the API, which nothing else here needs

    try:
        return PriceRuleBody.model_validate_json(file.read_bytes()).rule()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror})") from error
    except ValidationError as wrong:
        told = (": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"]))) for one in wrong.errors())
        raise typer.BadParameter(f"{file} is no price rule: {'; '.join(told)}") from wrong


def _engine() -> Engine:
    return open_engine(Settings())


def _progress() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _watch(engine: Engine, job_id: str) -> None:
    """Show a batch's progress until it no longer runs, or Ctrl-C; the batch goes on either way."""
    stop = stop_on_signals()
    with _progress() as progress:
        task = progress.add_task(job_id, total=None)
        while not stop.is_set():
            job = engine.queries.job(job_id)
            text = f"{job.status}: {job.successful_upcs} succeeded, {job.failed_upcs} failed"
            progress.update(task, description=text, completed=job.processed_upcs, total=job.total_upcs)
            if job.status not in OPEN:
                return
            stop.wait(0.5)


def _print_jobs(jobs: list[Job]) -> None:
    table = Table("Batch", "Name", "State", "Done", "Succeeded", "Failed", "Skipped", "Created (UTC)", box=None)
    for job in jobs:
        done = f"{job.processed_upcs} of {'?' if job.total_upcs is None else job.total_upcs}"
        counts = map(str, (job.successful_upcs, job.failed_upcs, job.skipped_upcs))
        table.add_row(job.job_id, job.name, job.status, done, *counts, f"{job.created_at:%Y-%m-%d %H:%M:%S}")
    out.print(table)
    for job in jobs:
        if job.error and job.status in {JobStatus.FAILED, JobStatus.PAUSED}:
            out.print(f"{job.job_id}: {job.error}", highlight=False, markup=False)
