"""The engine as somebody may use it: each method for each role, in their name, and what the audit says of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.access.audit import Audit
from engine.access.guard import NOBODY_FORESAW
from engine.access.permissions import INTERNAL, PARTS, PERMISSIONS
from engine.batches.bulk_actions import BulkAction, SeenRow
from engine.bootstrap import open_engine
from engine.clock import SystemClock
from engine.domain.access import Actor, Role, TokenScope, Via
from engine.domain.audit import Entry, Result
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Options
from engine.errors import Forbidden, IllegalTransition, JobUnknown, StoreAway
from engine.public import Engine
from engine.settings import Settings
from engine.store.base import Order
from tests.support.dying import Killed

CHANGING = {path: line for path, line in PERMISSIONS.items() if line.scope is not TokenScope.READ}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(
        Settings(_env_file=None, DM_STORE=f"sqlite:///{tmp_path / 'store.db'}", DM_FILES=f"file:{tmp_path / 'files'}")
    )


class Away:
    """A store that does not answer."""

    def commit(self, *_: object) -> None:
        raise StoreAway("it is away")


def actor(role: Role, name: str = "ann@example.com") -> Actor:
    return Actor(name, role.scope, Via.SCREEN, "10.0.0.7", role)


def acting(engine: Engine, role: Role, name: str = "ann@example.com") -> Engine:
    return engine.acting_for(lambda: actor(role, name))


def methods(part: object, path: str = "") -> Iterator[str]:
    """Yield the path of every public method and value of a part, and of the parts in it."""
    for name in dir(part):
        if name.startswith("_"):
            continue
        here, value = f"{path}.{name}" if path else name, getattr(part, name)
        if here in PARTS:
            yield from methods(value, here)
        elif inspect.isroutine(value) or here in PERMISSIONS:
            yield here
        elif type(value).__module__.startswith("engine."):
            yield f"{here} is a part of which no method is in the table"


def found(engine: Engine, path: str) -> Any:
    for name in path.split("."):
        engine = getattr(engine, name)
    return engine


def placeholders(method: Any) -> list[str]:
    """Return an argument for each that the method cannot do without."""
    taken = inspect.signature(method).parameters.values()
    return ["x" for one in taken if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]


def entries(engine: Engine) -> list[Entry]:
    return engine.audit.page()


def test_every_public_method_has_a_line_and_every_line_a_method(engine: Engine) -> None:
    standing = set(methods(engine))
    assert standing - PERMISSIONS.keys() - INTERNAL == set(), "say in engine/access/permissions.py who may call it"
    assert (PERMISSIONS.keys() | INTERNAL) - standing == set(), "there is no such method any more"
    assert PERMISSIONS.keys() & INTERNAL == set()


def test_what_a_line_names_are_arguments_and_none_is_a_secret(engine: Engine) -> None:
    for path, line in PERMISSIONS.items():
        named = {one.rpartition("=")[2] for one in line.about}
        assert named <= set(inspect.signature(found(engine, path)).parameters) if named else True, path
        assert not named & {"token", "client_id", "client_secret", "content", "browser", "answer", "text"}, path


@pytest.mark.parametrize("path", sorted(INTERNAL))
def test_what_the_engine_does_for_itself_is_for_nobody(engine: Engine, path: str) -> None:
    with pytest.raises(Forbidden, match="is for the engine alone"):
        found(acting(engine, Role.ADMIN), path)


@pytest.mark.parametrize("role", [*Role])
def test_each_role_is_refused_what_is_beyond_it_and_the_audit_says_so(engine: Engine, role: Role) -> None:
    guarded = acting(engine, role)
    beyond = {path for path, line in CHANGING.items() if not role.scope.covers(line.scope)}
    for path in beyond:
        method = found(guarded, path)
        with pytest.raises(Forbidden, match=f"This needs the role .*, and ann@example.com has the role {role}"):
            method(*placeholders(found(engine, path)))
    told = [entry for entry in engine.audit.page() if entry.result is Result.REFUSED]
    assert {entry.action for entry in told} == {path for path in beyond if PERMISSIONS[path].words}
    assert {(entry.by, entry.address, entry.via) for entry in told} <= {("ann@example.com", "10.0.0.7", Via.SCREEN)}
    assert engine.queries.jobs().total == 0


@pytest.mark.parametrize("scope", [*TokenScope])
def test_each_kind_of_token_is_refused_what_is_beyond_it(engine: Engine, scope: TokenScope) -> None:
    guarded = engine.acting_for(lambda: Actor("token nightly", scope, Via.API))
    for path, line in CHANGING.items():
        if not scope.covers(line.scope):
            with pytest.raises(Forbidden, match=f"The token may {scope}, and this needs one that may {line.scope}"):
                found(guarded, path)(*placeholders(found(engine, path)))


def test_a_viewer_reads_all_that_an_admin_reads_but_tokens_people_and_audit(engine: Engine) -> None:
    reads = {path for path, line in PERMISSIONS.items() if line.scope is TokenScope.READ}
    assert all(found(acting(engine, Role.VIEWER), path) is not None for path in reads)
    kept_from_viewers = {path for path in CHANGING if path.endswith((".all", ".page", ".csv"))}
    assert kept_from_viewers == {"tokens.all", "people.all", "audit.page", "audit.csv"}


def test_what_is_done_is_in_the_name_of_who_acts_whatever_a_caller_says(engine: Engine) -> None:
    job = acting(engine, Role.OPERATOR).submission.upload(b"7961220922684\n", "box.txt", Options(), by="somebody else")
    assert job.created_by == "ann@example.com"
    (entry,) = entries(engine)
    assert (entry.by, entry.words, entry.about) == (
        "ann@example.com",
        "Start a batch over an uploaded file",
        "filename box.txt",
    )
    assert (entry.result, entry.batches, entry.scope) == (Result.DONE, (job.job_id,), TokenScope.STEER)
    assert entry.ended_at
    assert entry.ended_at >= entry.at


def test_what_fails_stands_with_its_sentence(engine: Engine) -> None:
    with pytest.raises(JobUnknown):
        acting(engine, Role.OPERATOR).commands.rename("batch_1", "Shelf 3")
    (entry,) = entries(engine)
    assert (entry.result, entry.sentence, entry.batches) == (Result.FAILED, "Job batch_1 not found", ("batch_1",))
    assert entry.about == "name Shelf 3"


def test_what_breaks_stands_without_what_the_error_says(engine: Engine) -> None:
    with suppress(Exception):
        acting(engine, Role.OPERATOR).answers.forget(5)  # type: ignore[arg-type]
    (entry,) = entries(engine)
    assert (entry.result, entry.sentence) == (Result.FAILED, NOBODY_FORESAW)


def test_an_act_stands_before_it_is_done_so_that_it_stands_where_the_process_dies(engine: Engine) -> None:
    def killed(job_id: str, *, by: str = "") -> None:
        raise Killed

    guarded = acting(engine, Role.OPERATOR)
    object.__setattr__(engine.commands, "pause", killed)
    with pytest.raises(Killed):
        guarded.commands.pause("batch_1")
    (entry,) = entries(engine)
    assert (entry.result, entry.words, entry.batches, entry.ended_at) == (
        Result.ASKED,
        "Pause a batch",
        ("batch_1",),
        None,
    )


def test_nothing_is_done_where_the_audit_cannot_be_written(engine: Engine) -> None:
    job = engine.submission.upload(b"7961220922684\n", "box.txt", Options())
    guarded = acting(engine, Role.OPERATOR)
    object.__setattr__(guarded, "_audit", Audit(Away(), SystemClock()))  # type: ignore[arg-type]
    with pytest.raises(StoreAway):
        guarded.commands.pause(job.job_id)
    assert engine.queries.job(job.job_id).status is JobStatus.PENDING


def test_a_role_that_was_taken_away_counts_no_more_at_the_next_call(engine: Engine) -> None:
    role = Role.OPERATOR
    guarded = engine.acting_for(lambda: actor(role))
    job = guarded.submission.upload(b"7961220922684\n", "box.txt", Options())
    role = Role.VIEWER
    with pytest.raises(Forbidden):
        guarded.commands.pause(job.job_id)


def test_rows_of_many_batches_that_can_be_read_once_are_acted_on_and_named(engine: Engine) -> None:
    rows = (SeenRow(f"batch_{number}", number) for number in range(3))
    results = acting(engine, Role.OPERATOR).bulk_actions.apply(BulkAction.APPROVE, iter(rows))
    assert len(results) == 3
    (entry,) = entries(engine)
    assert entry.batches == ("batch_0", "batch_1", "batch_2")
    assert entry.about == "action approve · rows batch_0 0, batch_1 1, batch_2 2"


def test_no_secret_is_in_the_audit(engine: Engine) -> None:
    guarded = acting(engine, Role.ADMIN)
    made = guarded.tokens.make("nightly", TokenScope.READ, 30)
    with suppress(Exception):
        guarded.accounts.keep_ebay_keys("client-id-marker", "client-secret-marker", "ru-name-marker")
    stored = repr(engine.audit._store.find("audit", (), Order("at")))
    assert "nightly" in stored
    assert made.text.rpartition("_")[2] not in stored
    assert "marker" not in stored


def test_a_finished_entry_is_not_changed(engine: Engine) -> None:
    asked = engine.audit.asked(actor(Role.ADMIN), "people.assign", "Give a person a role")
    engine.audit.ended(asked, Result.DONE)
    engine.audit.ended(asked, Result.FAILED, "something else")
    (entry,) = entries(engine)
    assert (entry.result, entry.sentence) == (Result.DONE, "")


def test_lines_of_a_scanner_are_in_their_session_and_not_in_the_audit(engine: Engine) -> None:
    scans = acting(engine, Role.OPERATOR).scans
    session = scans.open("Shelf 3")
    scans.take(session.session_id, [])
    scans.discard(session.session_id)
    assert [entry.words for entry in entries(engine)] == ["Discard a scan session", "Open a scan session"]


def test_the_engines_own_methods_are_one_act_each(engine: Engine) -> None:
    guarded = acting(engine, Role.OPERATOR)
    job = guarded.submission.upload(b"7961220922684\n", "box.txt", Options())
    again = guarded.start_again(job.job_id)
    with pytest.raises(IllegalTransition):
        guarded.retry_as_new(job.job_id)
    assert [entry.action for entry in entries(engine)] == ["retry_as_new", "start_again", "submission.upload"]
    assert entries(engine)[1].batches == (job.job_id, again.job_id)
    assert again.created_by == "ann@example.com"
    assert SystemClock().now() >= entries(engine)[0].at
