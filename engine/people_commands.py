"""`python -m engine people` and `audit`: who has which role, and who did what."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from engine import terminal
from engine.domain.audit import AuditFilter
from engine.public import access

app = typer.Typer(help="Who has which role.")
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
Name = Annotated[str, typer.Argument(help="As the sign-in names them, such as ann@example.com.")]


@app.callback(invoke_without_command=True)
def people(context: typer.Context) -> None:
    """Show who has which role, and what the settings say of the others."""
    if context.invoked_subcommand:
        return
    standing = terminal.open_existing().people
    policy = standing.policy
    for one in standing.all():
        given = f"{one.at:%Y-%m-%d} by {one.by or 'nobody known'}" if one.at else ""
        terminal.say(f"{one.role:8}  {one.name}  {given}".rstrip())
    for name in sorted(policy.admins):
        terminal.say(f"{access.Role.ADMIN:8}  {name}  by DM_ADMINS")
    for group, role in policy.groups.items():
        terminal.say(f"{role:8}  everybody in {group}  by DM_ROLE_GROUPS")
    terminal.say(f"{policy.otherwise or access.NOBODY:8}  everybody else who is signed in")


@app.command()
def assign(name: Name, role: Annotated[access.Role, typer.Argument(help="What they may do.")]) -> None:
    """Give a person a role."""
    given = terminal.open_engine().people.assign(name, role)
    terminal.say(f"{given.name} has the role {given.role}.")


@app.command()
def remove(name: Name) -> None:
    """Take a person off the list; their groups, or what the settings say of everybody else, count from then on."""
    terminal.open_existing().people.remove(name)
    terminal.say(f"{name} is not in the list any more.")


def audit(
    by: Annotated[str, typer.Option(help="Of this person, or of `token NAME`.")] = "",
    batch: Annotated[str, typer.Option(help="On this batch.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=TIMES, help="From then on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=TIMES, help="Before then, in UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many entries are shown.")] = 20,
    csv: Annotated[bool, typer.Option("--csv", help="All of them, as CSV.")] = False,
) -> None:
    """Show who did what, the newest first; times are in UTC."""
    entries = terminal.open_existing().audit
    wanted = AuditFilter(by, batch, _utc(since), _utc(until))
    if csv:
        sys.stdout.writelines(entries.csv(wanted))
        return
    for one in entries.page(wanted, limit):
        where = f"{one.via} {one.address}".strip()
        about = "  ".join(part for part in (" ".join(one.batches), one.about, one.sentence) if part)
        terminal.say(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.result:7}  {one.by} ({where})  {one.words}  {about}".rstrip())


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
