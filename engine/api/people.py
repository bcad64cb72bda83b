"""`/api/people`: who has which role."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.base import Answer, Body
from engine.api.refusals import AWAY, UNREADABLE, WRITE, documented
from engine.public import Engine, access, people

router = APIRouter(prefix="/api/people", tags=["system"], responses=AWAY, dependencies=CHECKED)
NAMED = "as the sign-in names them; case does not matter"
RoleWord = Annotated[str, Field(examples=[*access.Role])]
LAST = {409: "Nobody would be admin any more."}


class PersonBody(Body):
    """A person."""

    name: str = Field(pattern=people.PERSON_NAME, description=NAMED, examples=["ann@example.com"])


class RoleBody(PersonBody):
    """A person, and the role that they are given."""

    role: access.Role = Field(
        description="`viewer` sees; `operator` does all with batches, drafts and seller settings; `admin` everything",
        examples=["operator"],
    )


class ListedAnswer(Answer):
    """A person of the list."""

    name: str
    role: RoleWord
    by: str = Field(description="who gave them the role")
    at: datetime | None


class PeopleAnswer(Answer):
    """The list, and what the settings say."""

    people: list[ListedAnswer]
    admins: list[str] = Field(description="who is admin always: `DM_ADMINS`")
    groups: dict[str, RoleWord] = Field(description="the roles of groups: `DM_ROLE_GROUPS`")
    otherwise: RoleWord | None = Field(description="the role of everybody else: `DM_ROLE_ELSE`; null for none")


@router.get("", summary="Who has which role")
def standing(engine: TheEngine) -> PeopleAnswer:
    """Return everybody to whom a role was given, by name, and what the settings say of the others."""
    return _answer(engine)


@router.post(
    "",
    summary="Give a person a role",
    responses=WRITE | UNREADABLE | documented({400: "1,000 people are listed, or the body cannot be read.", **LAST}),
)
def assign(body: RoleBody, engine: TheEngine) -> PeopleAnswer:
    """Put a person on the list, or give one who is on it another role; it counts within two seconds."""
    engine.people.assign(body.name, body.role)
    return _answer(engine)


@router.post(
    "/remove",
    summary="Take a person off the list",
    responses=WRITE | UNREADABLE | documented({404: "They are not listed.", **LAST}),
)
def remove(body: PersonBody, engine: TheEngine) -> PeopleAnswer:
    """Take a person off the list; their groups, or what the settings say of everybody else, count from then on."""
    engine.people.remove(body.name)
    return _answer(engine)


def _answer(engine: Engine) -> PeopleAnswer:
    policy = engine.people.policy
    return PeopleAnswer(
        people=[ListedAnswer(name=one.name, role=one.role, by=one.by, at=one.at) for one in engine.people.all()],
        admins=sorted(policy.admins),
        groups={group: str(role) for group, role in policy.groups.items()},
        otherwise=policy.otherwise,
    )
