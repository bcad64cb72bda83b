"""The kinds of policies that the tables of the services are made of."""

from __future__ import annotations

from engine.errors import Blame
from engine.upstream.failure_policy.policies import Policy

ABSENT = Policy(None, "What was asked for is not there.")
STANDING = Policy(None, "It stands there already and is taken over.")
NOT_OPTED_IN = Policy(None, "The seller has not opted in to business policies; there are none to choose from.")
NARROW = Policy(None, "The consent of the seller does not cover what was asked for.")
RENEW = Policy(None, "The access token is renewed and the call made once more.")

RESUME = "start the engine again, then press Resume."
REFUSED = "{name} refused this row: {said}."


def wait(
    sentence: str, seconds: float | None = None, *, busy: bool = False, quota: bool = False, applied: bool = False
) -> Policy:
    """Return the policy that the row waits; this is no failure of the service as a whole."""
    return Policy(Blame.UPSTREAM, sentence, seconds, busy=busy, quota=quota, applied=applied)


def away(sentence: str, *, unsent: bool = False, applied: bool = False) -> Policy:
    """Return the policy that the row waits and the service as a whole has failed."""
    return Policy(Blame.UPSTREAM, sentence, outage=True, unsent=unsent, applied=applied)


def credentials(sentence: str) -> Policy:
    """Return the policy that a person must renew our credentials."""
    return Policy(Blame.OPERATOR, sentence, credentials=True)


def person(sentence: str) -> Policy:
    """Return the policy that a person must act, though not on our credentials."""
    return Policy(Blame.OPERATOR, sentence)


def refuse(sentence: str) -> Policy:
    """Return the policy that the row fails."""
    return Policy(Blame.ITEM, sentence)


DEFECT = Policy(
    Blame.ITEM,
    "{name} did not understand what was asked for this row: {said}. That is a fault of Draft Maker: report it.",
    defect=True,
)
