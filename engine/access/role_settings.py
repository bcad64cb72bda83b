"""What the settings say of people's roles."""

from __future__ import annotations

from engine.domain.access import NOBODY, Role
from engine.domain.people import RolePolicy
from engine.errors import BadSetting
from engine.settings import Settings


def role_policy(settings: Settings) -> RolePolicy:
    """Return who is admin always, the roles of groups, and that of everybody else.

    Where OIDC signs in, everybody else gets in only by `DM_ROLE_ELSE`: an issuer such as Google vouches for everybody.
    Identity-Aware Proxy has a list of its own, so everybody it lets through sees.

    Raises:
        BadSetting: `DM_ROLE_GROUPS` gives a group no role.
    """
    otherwise = settings.role_else or (NOBODY if settings.sign_in == "oidc" else Role.VIEWER)
    return RolePolicy(
        admins=frozenset(_parts(settings.admins)),
        groups=dict(map(_group, _parts(settings.role_groups))),
        otherwise=None if otherwise == NOBODY else Role(otherwise),
    )


def _group(pair: str) -> tuple[str, Role]:
    """Return a group and its role from `role=group`."""
    role, _, group = (part.strip() for part in pair.partition("="))
    if not (Role(role).known and group):
        raise BadSetting(f"DM_ROLE_GROUPS is written as admin=it-admins,operator=sellers; {pair!r} cannot be read")
    return group, Role(role)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
