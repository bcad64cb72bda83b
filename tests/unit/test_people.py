"""Which role a person has, and what may be done with the list of roles."""

from __future__ import annotations

import pytest

from engine.access.role_settings import role_policy
from engine.domain.access import Actor, Person, Role, TokenScope, Via, least_role
from engine.domain.people import MAX_NAME, Listed, People, RolePolicy
from engine.errors import BadRequest, BadSetting, IllegalTransition, NotThere
from engine.settings import Settings

ANN = Person("ann@example.com", frozenset({"it", "sellers"}))
GROUPS = {"it": Role.ADMIN, "sellers": Role.OPERATOR}


def listed(**roles: Role) -> People:
    people = People()
    for name, role in roles.items():
        people = people.assigned(Listed(f"{name}@example.com", role))
    return people


@pytest.mark.parametrize(
    ("policy", "entry", "role"),
    [
        (RolePolicy(), None, Role.VIEWER),
        (RolePolicy(otherwise=None), None, None),
        (RolePolicy(groups=GROUPS, otherwise=None), None, Role.ADMIN),
        (RolePolicy(groups={"sellers": Role.OPERATOR}), None, Role.OPERATOR),
        (RolePolicy(groups=GROUPS), Listed(ANN.name, Role.VIEWER), Role.VIEWER),
        (RolePolicy(admins=frozenset({"Ann@Example.com"})), Listed(ANN.name, Role.VIEWER), Role.ADMIN),
    ],
)
def test_the_settings_admins_come_first_then_the_list_then_groups_then_everybody_else(
    policy: RolePolicy, entry: Listed | None, role: Role | None
) -> None:
    assert policy.role(ANN, entry) is role


def test_each_role_reaches_as_far_as_a_scope() -> None:
    assert [role.scope for role in Role] == [TokenScope.READ, TokenScope.STEER, TokenScope.ADMIN]
    assert [least_role(scope) for scope in TokenScope] == [Role.VIEWER, Role.OPERATOR, Role.OPERATOR, Role.ADMIN]
    assert not Role("owner").scope.covers(TokenScope.READ)


def test_a_refusal_says_what_it_takes_and_who_can_give_it() -> None:
    viewer = Actor("ann", Role.VIEWER.scope, Via.API, role=Role.VIEWER)
    assert viewer.refusal(TokenScope.READ) == ""
    assert viewer.refusal(TokenScope.SUBMIT) == (
        "This needs the role operator, and ann has the role viewer: an admin can change that on the screen Access."
    )


def test_a_person_is_listed_once_whatever_the_case_of_their_name() -> None:
    people = listed(ann=Role.VIEWER).assigned(Listed("Ann@example.com", Role.OPERATOR))
    assert [(one.name, one.role) for one in people.people] == [("Ann@example.com", Role.OPERATOR)]
    assert people.without("ANN@example.com").people == ()


@pytest.mark.parametrize("name", ["", " ann", "a\nb", "a" * (MAX_NAME + 1)])
def test_a_name_that_nobody_signs_in_with_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="named as the sign-in names them"):
        People().assigned(Listed(name, Role.VIEWER))


def test_a_role_that_is_none_and_a_person_who_is_not_listed_are_refused() -> None:
    with pytest.raises(BadRequest, match="A role is viewer, operator, admin, not owner"):
        People().assigned(Listed("ann", Role("owner")))
    with pytest.raises(NotThere, match="ann is not in the list"):
        People().without("ann")


def test_the_last_admin_stays_unless_the_settings_name_another() -> None:
    one, none = listed(ann=Role.ADMIN, ben=Role.VIEWER), listed(ann=Role.OPERATOR, ben=Role.VIEWER)
    with pytest.raises(IllegalTransition, match="make somebody else admin first, or set DM_ADMINS"):
        RolePolicy().ensure_an_admin(one, none)
    for policy in (
        RolePolicy(admins=frozenset({"cy@example.com"})),
        RolePolicy(groups=GROUPS),
        RolePolicy(otherwise=Role.ADMIN),
    ):
        policy.ensure_an_admin(one, none)
    RolePolicy().ensure_an_admin(none, none)
    RolePolicy().ensure_an_admin(listed(ann=Role.ADMIN, ben=Role.ADMIN), one)


def policy(**settings: str) -> RolePolicy:
    return role_policy(Settings(_env_file=None, **settings))  # type: ignore[arg-type]


def test_the_settings_say_who_is_admin_and_which_groups_have_which_role() -> None:
    found = policy(DM_ADMINS="ann@example.com, ben@example.com", DM_ROLE_GROUPS="admin=it-admins, operator=sellers")
    assert found.admins == {"ann@example.com", "ben@example.com"}
    assert found.groups == {"it-admins": Role.ADMIN, "sellers": Role.OPERATOR}
    assert found.otherwise is Role.VIEWER
    assert policy(DM_SIGN_IN="iap").otherwise is Role.VIEWER
    assert policy(DM_SIGN_IN="oidc").otherwise is None
    assert policy(DM_ROLE_ELSE="nobody").otherwise is None


@pytest.mark.parametrize("groups", ["it-admins", "owner=it", "admin="])
def test_groups_without_a_role_are_refused(groups: str) -> None:
    with pytest.raises(BadSetting, match="DM_ROLE_GROUPS is written as admin=it-admins,operator=sellers"):
        policy(DM_ROLE_GROUPS=groups)
