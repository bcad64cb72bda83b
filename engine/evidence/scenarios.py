"""What is done to a batch while processes die: for each, how it begins, what a person asks for, and how it must end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.batch.fixes import FixKind, Remedy, RowsWanted
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import NoPrice, Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import BadRequest, Cause
from engine.public import Engine

KNOWN = ("7961220922684", "093624755524", "074646362822")  # to both services, in the sandbox
CENTS = 599
BY = "evidence"
PRICED = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": CENTS}}))
UNPRICED = Options(price_rule=PriceRule(PriceBasis.FIXED), no_price=NoPrice.HOLD)

Act = Callable[[Engine, str], object]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to work on a batch of `rows` rows that begins with `options`.

    Where there is an `act`, what a person asks for, the batch is first worked on to its end in peace; then the act and
    the worker that carries it out are what is killed, and the next process asks for what is not done yet. With
    `asked_in_peace` the act is not killed, the worker alone.
    """

    name: str
    rows: int
    options: Options = PRICED
    lanes: int = 1
    act: Act | None = None
    asked_in_peace: bool = False

    def content(self, label: str) -> bytes:
        """Return the file of a batch; `label` is in the SKU of each row, so that trials share one account at eBay."""
        lines = (f"{KNOWN[row % len(KNOWN)]},{label}R{row}\n" for row in range(self.rows))
        return ("UPC,SKU\n" + "".join(lines)).encode()


def _price(engine: Engine, job_id: str) -> None:
    engine.commands.price(job_id, {"*": {"*": CENTS}}, by=BY)


def _again(engine: Engine, job_id: str) -> None:
    if not _asked(engine, job_id):
        engine.commands.again(job_id, {0: {"edits": {"price_cents": CENTS + 100}}}, by=BY)


def _pause_and_resume(engine: Engine, job_id: str) -> None:
    _again(engine, job_id)
    if engine.queries.job(job_id).status in {JobStatus.PENDING, JobStatus.RUNNING}:
        engine.commands.pause(job_id, by=BY)
    if engine.queries.job(job_id).status is JobStatus.PAUSED:
        engine.commands.resume(job_id, by=BY)


def _asked(engine: Engine, job_id: str) -> bool:
    return any(event.by == BY for event in engine.queries.events(job_id))


def _fix(engine: Engine, job_id: str) -> None:
    engine.fixes.begin(RowsWanted(Cause.NO_PRICE, job_id=job_id), Remedy(FixKind.PRICE, price_cents=CENTS), by=BY)


SCENARIOS = (
    Scenario("one row", 1),
    Scenario("rows that share their calls", 3, lanes=4),
    Scenario("rows priced at once", 2, UNPRICED, act=_price),
    Scenario("a drafted row that is done again", 1, act=_again),
    Scenario("a batch that is paused and resumed", 1, act=_pause_and_resume),
    Scenario("a fix over all batches", 2, UNPRICED, act=_fix, asked_in_peace=True),
)
CHAOS = Scenario("a batch under chaos", 250, lanes=4)


def named(name: str) -> tuple[Scenario, ...]:
    """Return the scenario of that name, all of them for "".

    Raises:
        BadRequest: there is none.
    """
    found = tuple(scenario for scenario in SCENARIOS if name in {"", scenario.name})
    if not found:
        known = "; ".join(scenario.name for scenario in SCENARIOS)
        raise BadRequest(f"Nothing that is done is called “{name}”. Choose one of these: {known}")
    return found
