"""The Access screen: tokens are made, shown once, and revoked."""

from __future__ import annotations

from engine.domain.access import TokenScope, TokenState
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
    (table,) = app.dataframe
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
