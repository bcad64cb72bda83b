"""Which role a person has: by the settings, by the list that admins keep, or by their groups. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.codec import Document, Value, replace
from engine.domain.access import Person, Role
from engine.errors import BadRequest, IllegalTransition, NotThere

PATH = "access/people"
MOST = 1_000  # who may be listed
MAX_NAME = 254  # the longest e-mail address
_LETTER = "!-~¡-\u1fff\u2c00-\ud7ff"  # of any script, and nothing that is not seen
PERSON_NAME = rf"^[{_LETTER}]([ {_LETTER}]{{0,{MAX_NAME - 2}}}[{_LETTER}])?$"


class Listed(Value, frozen=True):
    """A person with the role that an admin gave them; `name` is how the sign-in names them, such as their e-mail."""

    name: str
    role: Role
    by: str = ""
    at: datetime | None = None


class People(Document, frozen=True):
    """The document `access/people`: everybody to whom a role was given, by name."""

    people: tuple[Listed, ...] = ()

    def find(self, name: str) -> Listed | None:
        """Return the entry of a person, None where they are not listed. Case does not matter."""
        return next((one for one in self.people if one.name.casefold() == name.casefold()), None)

    def named(self, name: str) -> Listed:
        """Return the entry of a person.

        Raises:
            NotThere: they are not listed.
        """
        if found := self.find(name):
            return found
        raise NotThere(f"{name} is not in the list of roles")

    def assigned(self, new: Listed) -> People:
        """Return the list with `new` in place of the entry of that name.

        Raises:
            BadRequest: the name cannot be one, the role is not known, or there are too many.
        """
        if not re.fullmatch(PERSON_NAME, new.name):
            raise BadRequest(f"A person is named as the sign-in names them, such as ann@example.com, not {new.name!r}")
        if not new.role.known:
            raise BadRequest(f"A role is {', '.join(Role)}, not {new.role}")
        others = self._others(new.name)
        if len(others) >= MOST:
            raise BadRequest(f"{MOST:,} people are listed, the most that can be: give roles by groups instead")
        return replace(self, people=tuple(sorted((*others, new), key=lambda one: one.name.casefold())))

    def without(self, name: str) -> People:
        """Return the list without a person.

        Raises:
            NotThere: they are not listed.
        """
        return replace(self, people=self._others(self.named(name).name))

    @property
    def has_admin(self) -> bool:
        """Whether an admin is listed."""
        return any(one.role is Role.ADMIN for one in self.people)

    def _others(self, name: str) -> tuple[Listed, ...]:
        return tuple(one for one in self.people if one.name.casefold() != name.casefold())


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """What the settings say of roles: who is admin always, those of groups, and that of everybody else (None: none)."""

    admins: frozenset[str] = frozenset()
    groups: Mapping[str, Role] = field(default_factory=dict)
    otherwise: Role | None = Role.VIEWER

    def role(self, person: Person, listed: Listed | None) -> Role | None:
        """Return the role of a person: the settings' admins first, then the list, their groups, everybody else."""
        if person.name.casefold() in {name.casefold() for name in self.admins}:
            return Role.ADMIN
        if listed:
            return listed.role
        by_group = [self.groups[group] for group in person.groups if group in self.groups]
        return max(by_group, key=list(Role).index, default=self.otherwise)

    @property
    def names_an_admin(self) -> bool:
        """Whether somebody is admin by the settings alone."""
        return bool(self.admins) or Role.ADMIN in {*self.groups.values(), self.otherwise}

    def ensure_an_admin(self, before: People, after: People) -> None:
        """Refuse a change of the list after which nobody is admin any more.

        Raises:
            IllegalTransition: nobody would be.
        """
        if before.has_admin and not after.has_admin and not self.names_an_admin:
            raise IllegalTransition("Nobody would be admin any more: make somebody else admin first, or set DM_ADMINS")
