"""Log lines as a collector and a person read them."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from engine.log import adopt, bound, formatter, get_logger, of_row
from engine.worker.lanes import Lanes


class Lines(io.StringIO):
    """What a logger has written."""

    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture(params=["json"])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """Collect what is logged below `test`."""
    written = Lines()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter(request.param))
    logger = logging.getLogger("test")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.handlers.clear()


text = pytest.mark.parametrize("lines", ["text"], indirect=True)


def test_severity_message_and_job_id_stand_at_the_top(lines: Lines) -> None:
    get_logger("test.log").info("batch_paused", job_id="batch_1", shard=3)
    (line,) = lines.json()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "severity": "INFO",
        "message": "batch_paused",
        "logger": "test.log",
        "job_id": "batch_1",
        "shard": 3,
    }


def test_what_is_bound_stands_on_our_lines_and_on_those_of_libraries(lines: Lines) -> None:
    with bound(job_id="batch_1", upc="724383244812"):
        get_logger("test.ours").info("row_waits")
        logging.getLogger("test.library").warning("Retrying %s", "connection", extra={"pool": 4})
    get_logger("test.ours").info("worker_idle")
    ours, library, after = lines.json()
    for line in (ours, library):
        assert (line["job_id"], line["upc"]) == ("batch_1", "724383244812")
    assert (library["message"], library["pool"]) == ("Retrying connection", 4)
    assert not {"job_id", "upc"} & after.keys()


def test_a_field_cannot_replace_what_the_collector_filters_by(lines: Lines) -> None:
    get_logger("test").warning("store_away", severity="DEBUG", message="nothing")
    (line,) = lines.json()
    assert (line["severity"], line["message"]) == ("WARNING", "store_away")


def test_an_exception_is_one_field_of_one_line(lines: Lines) -> None:
    try:
        int("no such thing")
    except ValueError:
        get_logger("test").exception("row_defect")
        logging.getLogger("test").exception("broken")
    for line in lines.json():
        assert line["severity"] == "ERROR"
        assert line["exception"].endswith("'no such thing'")


@text
def test_on_a_desk_the_fields_follow_the_event(lines: Lines) -> None:
    with bound(job_id="batch_1"):
        get_logger("test").info("row_ended", status="failed")
    assert lines.getvalue()[8:] == " INFO    row_ended status=failed job_id=batch_1\n"


def test_lanes_write_what_is_bound_where_their_task_was_started(lines: Lines) -> None:
    lanes, ended = Lanes(2), [threading.Event(), threading.Event()]
    for number, event in enumerate(ended):
        with bound(upc=str(number)):
            lanes.start(lambda: get_logger("test").info("task"), partial(_tell, event))
    assert all(event.wait(10) for event in ended)
    lanes.close()
    told = [(line["message"], line["upc"]) for line in lines.json()]
    assert sorted(told) == [("end", "0"), ("end", "1"), ("task", "0"), ("task", "1")]


def test_the_row_that_is_worked_on_stands_on_all_lines_of_its_lane_and_on_no_others(lines: Lines) -> None:
    lanes, ended = Lanes(1), [threading.Event(), threading.Event(), threading.Event()]

    def task(upc: str, line: int) -> None:
        of_row(upc, line)
        logging.getLogger("test.library").warning("task")
        get_logger("test").warning("row_failed", row=99)

    for number, event in enumerate(ended[:2]):
        lanes.start(partial(task, str(number), number), partial(_tell, event))
        assert event.wait(10)
    lanes.start(lambda: None, partial(_tell, ended[2]))
    assert ended[2].wait(10)
    lanes.close()
    told = [(line["message"], line.get("upc"), line.get("row")) for line in lines.json()]
    ours = [[("task", str(n), n), ("row_failed", str(n), 99), ("end", str(n), n)] for n in range(2)]
    assert told == [*ours[0], *ours[1], ("end", None, None)]


def _tell(event: threading.Event, _ended: object) -> None:
    get_logger("test").info("end")
    event.set()


def test_a_library_that_brought_its_own_handler_writes_as_we_do(lines: Lines) -> None:
    own = io.StringIO()
    library = logging.getLogger("test.library")
    library.addHandler(logging.StreamHandler(own))
    library.propagate = False
    root = logging.getLogger("test")
    ours = root.handlers[:]
    adopt()
    root.handlers.extend(ours)
    library.warning("hello")
    assert own.getvalue() == ""
    assert [line["message"] for line in lines.json()] == ["hello"]
