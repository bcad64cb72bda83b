"""`/api/tokens`: the tokens by which programs call the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.base import NUMBER, Answer, Body
from engine.api.refusals import AWAY, UNREADABLE, WRITE, documented
from engine.public import access

router = APIRouter(prefix="/api/tokens", tags=["system"], responses=AWAY, dependencies=CHECKED)
SCOPES = (
    "`read` sees everything; `submit` starts batches too; `steer` does all that people do; `admin` makes tokens too"
)


class TokenBody(Body):
    """A token to make."""

    name: str = Field(pattern=access.CALLER_NAME, description="who calls, for the history", examples=["nightly"])
    scope: access.TokenScope = Field(description=SCOPES, examples=["submit"])
    days: Annotated[int, NUMBER] = Field(
        access.USUAL_DAYS, ge=1, le=access.MOST_DAYS, description="for how long it counts"
    )


class TokenAnswer(Answer):
    """A token, without what a program sends."""

    token_id: str
    name: str
    scope: str
    state: access.TokenState
    made_at: datetime
    made_by: str
    ends_at: datetime
    last_used_at: datetime | None = Field(description="up to a minute behind; null before the first call")
    revoked_at: datetime | None
    revoked_by: str


class MadeTokenAnswer(TokenAnswer):
    """A new token, with what a program sends."""

    token: str = Field(description="what a program sends; it is shown this once, and kept nowhere")


class TokensAnswer(Answer):
    """Every token."""

    tokens: list[TokenAnswer]


@router.get("", summary="The tokens of programs")
def tokens(engine: TheEngine) -> TokensAnswer:
    """Return every token, the newest first; those that have ended are left out after ninety days."""
    now = engine.tokens.now()
    return TokensAnswer(tokens=[TokenAnswer.model_validate(_fields(token, now)) for token in engine.tokens.all()])


@router.post(
    "",
    summary="Make a token for a program",
    responses=WRITE | UNREADABLE | documented({409: "A token of that name counts already, or there are 200."}),
)
def make(body: TokenBody, engine: TheEngine) -> MadeTokenAnswer:
    """Return the token; a program sends it with every call, after the word Bearer, in its header Authorization."""
    made = engine.tokens.make(body.name, body.scope, body.days)
    return MadeTokenAnswer.model_validate(_fields(made.token, made.token.made_at) | {"token": made.text})


@router.post(
    "/{token_id}/revoke",
    summary="Revoke a token",
    responses=WRITE | documented({404: "There is no such token."}),
)
def revoke(token_id: str, engine: TheEngine) -> TokenAnswer:
    """Have a token count no more, from the next call on."""
    return TokenAnswer.model_validate(_fields(engine.tokens.revoke(token_id), engine.tokens.now()))


def _fields(token: access.Token, now: datetime) -> dict[str, object]:
    names = TokenAnswer.model_fields.keys() - {"state"}
    return {name: getattr(token, name) for name in names} | {"state": token.state(now), "scope": str(token.scope)}
