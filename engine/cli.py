"""The command line: run the parts, and do by hand what the console does."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from engine import (
    attention_commands,
    backup_commands,
    batch_commands,
    connection_commands,
    doctor_command,
    draft_commands,
    evidence_command,
    export_command,
    file_commands,
    handover_command,
    lookup_commands,
    notify_command,
    people_commands,
    process_commands,
    scan_command,
    simulate_command,
    terminal,
    token_commands,
)
from engine.catalog import commands as catalog
from engine.domain.batch.grades import Grading, graded
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Ambiguous, DraftedBefore, Duplicates, Need, NoPrice, Options, description
from engine.domain.batch.results import failure
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceRule
from engine.errors import EngineError
from engine.file_commands import Columns, EachBarcode, HeaderLine, Sheets, content_of
from engine.log import configure
from engine.public import BatchFilter, DraftNeed, Engine, Job, Visibility
from engine.signals import stop_on_signals

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for name, group in (
    ("catalog", catalog),
    ("lookups", lookup_commands),
    ("connections", connection_commands),
    ("tokens", token_commands),
    ("people", people_commands),
):
    app.add_typer(group.app, name=name)
for command in (
    process_commands.worker,
    process_commands.sandbox,
    process_commands.demo,
    process_commands.live,
    draft_commands.drafts,
    draft_commands.price,
    attention_commands.attention,
    attention_commands.fix,
    attention_commands.undo,
    batch_commands.archive,
    batch_commands.unarchive,
    batch_commands.delete,
    batch_commands.rename,
    batch_commands.again,
    handover_command.handover,
    notify_command.notify,
    people_commands.audit,
    doctor_command.doctor,
    file_commands.check,
    simulate_command.simulate,
    export_command.export,
    scan_command.scan,
    backup_commands.backup,
    backup_commands.restore,
    evidence_command.evidence,
):
    app.command()(command)
DEFAULTS = Options()
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]

CreateDrafts = Annotated[bool, typer.Option("--drafts/--no-drafts", help=description("create_drafts"))]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")]


def _option(name: str, more: str = "") -> Any:
    """Return the flag of an option of a batch."""
    return typer.Option(help=description(name) + more)


@app.command()
def submit(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text file or workbook, or gs://bucket/object.")],
    name: Annotated[str, typer.Option(help="The name of the batch; the file's name without it.")] = "",
    condition: Annotated[Condition | None, _option("condition")] = DEFAULTS.condition,
    duplicates: Annotated[Duplicates, _option("duplicates")] = DEFAULTS.duplicates,
    discogs: Annotated[Need, _option("discogs")] = DEFAULTS.discogs,
    ambiguous: Annotated[Ambiguous, _option("ambiguous")] = DEFAULTS.ambiguous,
    drafted_before: Annotated[DraftedBefore, _option("drafted_before")] = DEFAULTS.drafted_before,
    photos: Annotated[str, _option("photos")] = DEFAULTS.photos,
    no_price: Annotated[NoPrice, _option("no_price")] = DEFAULTS.no_price,
    price_rule: Annotated[Path | None, _option("price_rule", " A JSON file, as the API takes it.")] = None,
    profile: Annotated[str, _option("profile")] = DEFAULTS.profile,
    grading: Annotated[str | None, _option("grading")] = None,
    grade_map: Annotated[Path | None, _option("grade_map", " A JSON file, as the API takes it.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help=description("first"))] = DEFAULTS.first,
    create_drafts: CreateDrafts = DEFAULTS.create_drafts,
    test_mode: Annotated[bool, _option("test_mode")] = DEFAULTS.test_mode,
    early_stop: Annotated[bool, _option("early_stop")] = DEFAULTS.early_stop,
    columns: Columns = None,
    header_line: HeaderLine = None,
    sheets: Sheets = None,
    each_barcode: EachBarcode = None,
    watch: Annotated[bool, typer.Option(help="Show progress until the batch ends.")] = False,
) -> None:
    """Start a batch."""
    engine = terminal.open_engine()
    chosen, asked = engine.profiles.chosen(profile), context.get_parameter_source("no_price")
    options = Options(
        create_drafts=create_drafts,
        test_mode=test_mode,
        condition=condition or chosen.condition,
        duplicates=duplicates,
        first=first,
        discogs=discogs,
        ambiguous=ambiguous,
        drafted_before=drafted_before,
        photos=photos,
        no_price=no_price if asked and asked.name == "COMMANDLINE" else chosen.no_price,
        price_rule=_price_rule(price_rule) or chosen.price_rule,
        profile=chosen.name,
        grading=_grading(grading),
        grade_map=_grade_map(grade_map) or chosen.grade_map,
        early_stop=early_stop,
        layout=file_commands.layout(columns, header_line, sheets, each_barcode),
    )
    job = _start(engine, file, options, name)
    _say(engine, job, first)
    if watch:
        terminal.watch(engine, job.job_id, stop_on_signals())


def _say(engine: Engine, job: Job, first: int | None) -> None:
    """Say which batch was started, and how many of its barcodes have drafts already."""
    terminal.say(job.job_id)
    if drafted := engine.drafted_before(job.gcs_path, layout=job.options.layout, first=first, job_id=job.job_id):
        typer.echo(f"{drafted:,} of its barcodes {'has a draft' if drafted == 1 else 'have drafts'} already.", err=True)


def _start(engine: Engine, file: str, options: Options, name: str) -> Job:
    """Start a batch over a file in the file store, or over one of this machine."""
    if file.startswith("gs://"):
        return engine.submission.submit(file, options, name=name)
    path = Path(file)
    return engine.submission.upload(content_of(path), path.name, options, name=name)


@app.command()
def status(
    job: Annotated[str | None, typer.Argument(metavar="[JOB]", help="One batch; the newest ones without it.")] = None,
    watch: Annotated[bool, typer.Option(help="Show progress until the batch ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, as the API answers it.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many batches, or rows of one, are shown.")] = 20,
    needs: Annotated[
        DraftNeed | None, typer.Option(help="Show the rows whose drafts are not ready for want of this.")
    ] = None,
    name: Annotated[str, typer.Option(help="Batches whose name has these words, the last of them perhaps begun.")] = "",
    state: Annotated[JobStatus | None, typer.Option(help="Batches in this state.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=TIMES, help="Batches made from then on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=TIMES, help="Batches made before then, in UTC.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Batches of the archive, and no others.")] = False,
) -> None:
    """Show batches, or one batch with its failed rows, or with the drafts that are not ready."""
    engine = terminal.open_existing()
    visibility = Visibility.ARCHIVED if archived else Visibility.VISIBLE
    wanted = BatchFilter(name, state, _utc(since), _utc(until), visibility)
    if job and watch:
        terminal.watch(engine, job, stop_on_signals())
    if as_json:
        terminal.print_json(_answer(engine, job, limit, wanted))
    elif job is None:
        page = engine.queries.jobs(limit, wanted)
        terminal.print_jobs(page.jobs, page.filtered)
    else:
        found = engine.queries.job(job)
        terminal.print_jobs([found])
        if needs is None:
            terminal.print_failed(engine.queries.failed(job, limit), found.failed_upcs)
        shown = engine.queries.items(job, needs=needs, limit=limit).items if needs else ()
        need = needs or DraftNeed.PRICE
        terminal.print_not_ready(shown, engine.queries.needing(job, need), need)


@app.command()
def recover(job: JobId) -> None:
    """Let an interrupted, failed or stopped batch go on where it stopped."""
    recovered = terminal.open_existing().commands.recover(job)
    if recovered.status is JobStatus.COMPLETED:
        terminal.say(f"All rows of batch {job} are done: it is completed.")
    else:
        terminal.say(f"Batch {job} is queued again; a worker continues it where it stopped.")
    terminal.print_jobs([recovered])


@app.command()
def retry(job: JobId, as_new: Annotated[bool, typer.Option(help="As a new batch, not in place.")] = False) -> None:
    """Run the failed rows of a batch again."""
    engine = terminal.open_existing()
    if as_new:
        retried = engine.retry_as_new(job)
        terminal.say(f"Batch {retried.job_id} is queued with the failed rows of batch {job}.")
    else:
        retried = engine.commands.retry_failed(job)
        terminal.say(f"The failed rows of batch {job} are queued again.")
    terminal.print_jobs([retried])


def main() -> None:
    """Run the command that was asked for; an error of ours is one sentence and exit status 1."""
    configure("text", logging.WARNING)
    try:
        app()
    except EngineError as error:
        terminal.refuse(str(error))
        sys.exit(1)


def _price_rule(file: Path | None) -> PriceRule | None:
    if file is None:
        return None
    from engine.api.price_rules import PriceRuleBody  # loads the API, which nothing else here needs

    rule: PriceRule = _read(file, "price rule", PriceRuleBody).rule()
    return rule


def _grade_map(file: Path | None) -> Mapping[str, Condition] | None:
    if file is None:
        return None
    from engine.api.models.grades import GradeMapBody

    return {str(grade): condition for grade, condition in _read(file, "grade map", GradeMapBody).items()}


def _read(file: Path, what: str, kind: Any) -> Any:
    """Return what a JSON file holds, as the API takes it.

    Raises:
        BadParameter: it cannot be read, or holds something else.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_json(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror})") from error
    except ValidationError as wrong:
        mistakes = (": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"]))) for one in wrong.errors())
        raise typer.BadParameter(f"{file} is no {what}: {'; '.join(mistakes)}") from wrong


def _grading(text: str | None) -> Grading | None:
    found = graded(text) if text else None
    if text and found is None:
        raise typer.BadParameter(f"{text} is no grade: write one such as VG+, or two for medium and sleeve: NM/VG+")
    return found


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


def _answer(engine: Engine, job_id: str | None, limit: int, wanted: BatchFilter) -> dict[str, object]:
    """Return what the API answers about one batch, or about the newest ones."""
    from engine.api.answers import job_fields  # loads the API, which nothing else here needs

    if job_id is None:
        page = engine.queries.jobs(limit, wanted)
        return {
            "total": page.total,
            "filtered": page.filtered,
            "next": page.next,
            "jobs": [job_fields(job) for job in page.jobs],
        }
    job = engine.queries.job(job_id)
    failed = [failure(item) for item in engine.queries.failed(job_id, limit)]
    return job_fields(job, failed=failed) | {"needs_price": engine.queries.needing(job_id, DraftNeed.PRICE)}
