"""The Access screen: roles are given, tokens are made, shown once and revoked, and what was done is read."""

from __future__ import annotations

from console.context import context
from engine.domain.access import Role, TokenScope, TokenState
from tests.support.desk import Desk, button, text


def test_a_token_is_made_and_shown_once(desk: Desk) -> None:
    app = desk.screen("access")
    assert not app.exception
    assert "None counts" in text(app)
    app.text_input(key="token_name").set_value(" nightly import ")
    app.selectbox(key="token_scope").set_value(TokenScope.SUBMIT)
    app.number_input(key="token_days").set_value(30)
    button(app, "Make token").click().run()
    assert not app.exception
    (shown,) = app.code
    secret = shown.value.removeprefix("Authorization: Bearer ")
    held = desk.engine.tokens.holder(secret)
    assert held
    assert (held.name, held.scope, (held.ends_at - held.made_at).days) == ("nightly import", TokenScope.SUBMIT, 30)
    assert held.made_by == "test@example.com"
    assert app.text_input(key="token_name").value == ""
    context().poller.changed()
    app.run()
    assert not app.code
    assert secret not in str(app.session_state)
    assert "last used" in text(app)


def test_a_token_is_revoked_and_stays_in_the_list(desk: Desk) -> None:
    made = desk.engine.tokens.make("old laptop", TokenScope.READ, 10, by="ann")
    app = desk.screen("access")
    button(app, "Revoke").click().run()
    assert not app.exception
    assert desk.engine.tokens.holder(made.text) is None
    (token,) = desk.engine.tokens.all()
    assert token.state(desk.engine.tokens.now()) is TokenState.REVOKED
    table, _ = app.dataframe
    assert list(table.value["Name"]) == ["old laptop"]
    assert not [found for found in app.button if found.label == "Revoke"]


def test_a_name_that_cannot_be_one_is_refused_in_a_sentence(desk: Desk) -> None:
    app = desk.screen("access")
    app.text_input(key="token_name").set_value("<b>")
    button(app, "Make token").click().run()
    assert "letters, digits, blanks, dots and dashes" in "".join(toast.value for toast in app.toast)
    assert desk.engine.tokens.all() == []


def test_an_outage_is_shown_as_one(desk: Desk) -> None:
    desk.away()
    app = desk.screen("access")
    assert not app.exception
    assert "does not answer" in app.error[0].value


def test_a_role_is_given_and_taken_away(desk: Desk) -> None:
    app = desk.screen("access")
    assert "Nobody signs in to this console" in app.info[0].value
    app.text_input(key="person_name").set_value(" ann@example.com ")
    app.selectbox(key="person_role").set_value(Role.OPERATOR)
    button(app, "Give role").click().run()
    assert not app.exception
    (one,) = desk.engine.people.all()
    assert (one.name, one.role, one.by) == ("ann@example.com", Role.OPERATOR, "test@example.com")
    assert "ann" in text(app)
    button(app, "Remove").click().run()
    assert desk.engine.people.all() == ()


def test_the_last_admin_is_not_removed(desk: Desk) -> None:
    desk.engine.people.assign("ann@example.com", Role.ADMIN)
    app = desk.screen("access")
    button(app, "Remove").click().run()
    assert "Nobody would be admin any more" in "".join(toast.value for toast in app.toast)
    assert len(desk.engine.people.all()) == 1


def test_the_audit_is_shown_by_who_and_batch(desk: Desk) -> None:
    app = desk.screen("access")
    app.text_input(key="token_name").set_value("nightly")
    button(app, "Make token").click().run()
    app.run()
    (table,) = app.dataframe
    assert list(table.value["What"]) == ["Make a token"]
    assert list(table.value["Who"]) == ["test@example.com"]
    assert list(table.value["On what"]) == ["name nightly · scope read · days 90"]
    assert not app.text_input(key="audit_by").set_value("somebody else").run().dataframe
    assert "Nothing was done so." in text(app)
    assert app.text_input(key="audit_by").set_value("test@example.com").run().dataframe
