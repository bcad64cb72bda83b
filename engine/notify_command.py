"""`python -m engine notify`: what operators were notified of, and a test of the channels."""

from __future__ import annotations

from threading import Event
from typing import Annotated

import typer

from engine import terminal
from engine.errors import BadSetting
from engine.public import Engine, Notification

WAIT_SECONDS, EVERY_SECONDS = 30.0, 0.5
NO_CHANNEL = "No channel is set: set DM_WEBHOOK_URL or DM_SMTP_HOST."
UNTRIED = "no engine has tried it; is one running, with the same settings?"


def notify(
    test: Annotated[bool, typer.Option("--test", help="Have an engine send a test, and say what came of it.")] = False,
) -> None:
    """Show the channels of the settings and the newest notifications; exit status 1 where a test is not delivered."""
    engine = terminal.open_existing()
    if test:
        raise typer.Exit(0 if _delivered(engine) else 1)
    newest = engine.notifications.newest()
    for view in engine.notifications.channels(newest):
        last = f"delivered last at {view.delivered_at:%Y-%m-%d %H:%M} UTC" if view.delivered_at else "not used yet"
        terminal.say(f"{view.channel} to {view.receiver}: {view.error or last}")
    if not engine.notifications.receivers:
        terminal.say(NO_CHANNEL)
    for one in newest:
        terminal.say(f"{one.at:%Y-%m-%d %H:%M} UTC  {one.title}. {one.text}")


def _delivered(engine: Engine) -> bool:
    """Have a test sent, and say what came of it; return whether every channel has delivered it."""
    receivers = engine.notifications.receivers
    if not receivers:
        raise BadSetting(NO_CHANNEL)
    tried = _tried(engine, engine.notifications.test()).deliveries
    for channel, receiver in receivers.items():
        one = tried.get(channel)
        terminal.say(f"{channel} to {receiver}: {UNTRIED if one is None else one.error or 'delivered'}")
    return all(channel in tried and not tried[channel].error for channel in receivers)


def _tried(engine: Engine, sent: Notification) -> Notification:
    """Return a notification once every channel was tried, or as it stands after some time."""
    pause = Event()
    for _ in range(int(WAIT_SECONDS / EVERY_SECONDS)):
        sent = engine.notifications.get(sent.notification_id) or sent
        if set(sent.deliveries) >= set(engine.notifications.receivers):
            break
        pause.wait(EVERY_SECONDS)
    return sent
