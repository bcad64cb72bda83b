"""A row in a test's hand: it is changed in place, by a pipeline that is one function, or by the real one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from engine.domain.batch.decided import Edits
from engine.domain.batch.items import Item
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Row
from engine.domain.services import Service
from engine.pipeline.work import Pipeline, RowContext, Step


@dataclass
class Work:
    """A row that is run, and the worker that a pipeline sees behind it: its functions can be exchanged."""

    row: Row
    item: Item
    options: Options
    sku: str
    save: Callable[[Item], None]
    ensure_ours: Callable[[], None]
    now: Callable[[], datetime]
    wait: Callable[[float, str], None]
    batch: str = ""
    step: Step = Step.IDENTIFY

    @classmethod
    def of(cls, context: RowContext) -> Self:
        """Return the row of a worker."""
        port = context.port
        return cls(
            context.row,
            context.item,
            context.options,
            context.sku,
            port.save,
            port.ensure_ours,
            port.now,
            port.wait,
            context.batch,
        )

    @property
    def context(self) -> RowContext:
        return RowContext(self.row, self.item, self.options, self.sku, self, self.batch)

    @property
    def edits(self) -> Edits:
        return self.item.decided.edits

    @property
    def key(self) -> str:
        return self.context.key

    def run(self, pipeline: Pipeline) -> None:
        """Take what a pipeline makes of the row, step by step."""
        for item in pipeline.run(self.context):
            self.item = item

    def at(self, step: Step) -> None:
        self.step = step


class Changing(ABC):
    """A pipeline that is one function on a row; what it changed before it failed counts."""

    def foresee(self, gtins: Sequence[str]) -> None:  # noqa: B027 - what most rows want
        """Make nothing of it."""

    @abstractmethod
    def change(self, work: Work) -> None:
        """Bring the row to its end."""

    def run(self, context: RowContext) -> Iterator[Item]:
        work = Work.of(context)
        try:
            self.change(work)
        finally:
            yield work.item

    def recovered(self, service: Service, since: datetime) -> bool:  # noqa: ARG002 - nobody waits here
        return False

    def unchangeable(self, context: RowContext, sku: str) -> str:  # noqa: ARG002 - every draft can be changed
        return ""
