"""`/api/seller/…`: the seller's profiles, and what they have set up at eBay."""

from __future__ import annotations

from fastapi import APIRouter

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.seller import (
    AccountAnswer,
    DefaultBody,
    ExampleAnswer,
    LocationBody,
    ProfileAnswer,
    ProfileName,
    ProfilesAnswer,
    SavedProfileBody,
    TemplateAnswer,
    TemplateBody,
)
from engine.api.refusals import AWAY, UNREADABLE, WRITE, documented
from engine.codec import encode
from engine.public import AccountView, Engine, Errand, Profile, SellerSettings, new_location

router = APIRouter(prefix="/api/seller", tags=["seller"], responses=AWAY, dependencies=CHECKED)
NO_PROFILE = documented({404: "There is no such profile."})
REFUSED = WRITE | UNREADABLE


@router.get("/profiles", summary="The seller's profiles")
def profiles(engine: TheEngine) -> ProfilesAnswer:
    """Return every profile by name; before the first one is stored, one that sets nothing."""
    return _profiles(engine.profiles.all())


@router.get("/profiles/{name}", summary="One profile", responses=NO_PROFILE)
def profile(name: ProfileName, engine: TheEngine) -> ProfileAnswer:
    """Return the profile."""
    settings = engine.profiles.all()
    return _profile(settings.named(name), settings)


@router.put(
    "/profiles/{name}",
    summary="Store a profile",
    responses=WRITE
    | documented(
        {
            400: "Its name, its template, a text or a parcel cannot be used, or there are too many, or the body cannot "
            "be read.",
            409: "It was changed after `seen_at`.",
        }
    ),
)
def save_profile(name: ProfileName, body: SavedProfileBody, engine: TheEngine) -> ProfileAnswer:
    """Store a profile in place of the one of its name, and return it. Drafts that are made from then on follow it."""
    saved = engine.profiles.save(body.profile(name), seen_at=body.seen_at)
    return _profile(saved, engine.profiles.all())


@router.delete(
    "/profiles/{name}",
    summary="Remove a profile",
    responses=NO_PROFILE | WRITE | documented({400: "It is the default one."}),
)
def remove_profile(name: ProfileName, engine: TheEngine) -> ProfilesAnswer:
    """Remove a profile, and return the others; drafts of its batches follow the default one from then on."""
    return _profiles(engine.profiles.remove(name))


@router.put("/default", summary="Choose the default profile", responses=NO_PROFILE | REFUSED)
def make_default(body: DefaultBody, engine: TheEngine) -> ProfilesAnswer:
    """Make a profile the one that new batches start with, and return all."""
    return _profiles(engine.profiles.make_default(body.name))


@router.post("/template", summary="Check and preview a template of the description", responses=REFUSED)
def preview_template(body: TemplateBody, engine: TheEngine) -> TemplateAnswer:
    """Return what is wrong with a template and texts, or what they make of the newest drafts. Nothing is stored."""
    previews, texts = engine.previews, body.texts.texts()
    if problem := previews.problem(body.description, texts):
        return TemplateAnswer(problem=problem, examples=())
    made = previews.of(body.description, texts, previews.examples())
    return TemplateAnswer(
        problem="", examples=tuple(ExampleAnswer.model_validate(one, from_attributes=True) for one in made)
    )


@router.get("/account", summary="What the seller has set up at eBay")
def account(engine: TheEngine) -> AccountAnswer:
    """Return policies, locations and the store by name, as they were read last, and how far a reading is."""
    return _account(engine, engine.seller_account.known())


@router.post("/account/read", summary="Have a live worker read the account anew", status_code=202, responses=WRITE)
def read_account(engine: TheEngine) -> AccountAnswer:
    """Return what is known; what the reading brings stands in `GET /api/seller/account` within seconds."""
    return _account(engine, engine.seller_account.read())


@router.post(
    "/locations",
    summary="Have a live worker set up a location at eBay",
    status_code=202,
    responses=WRITE
    | documented(
        {
            400: "The address is not one that eBay takes, or the body cannot be read.",
            409: "Another location is being created.",
        }
    ),
)
def create_location(body: LocationBody, engine: TheEngine) -> AccountAnswer:
    """Return what is known; asked twice for the same place, it is set up once. `creating` says what became of it."""
    return _account(engine, engine.seller_account.create(new_location(body.name, body.address())))


def _profiles(settings: SellerSettings) -> ProfilesAnswer:
    every = tuple(_profile(profile, settings) for profile in settings.all)
    return ProfilesAnswer(profiles=every, default=settings.profile().name)


def _profile(profile: Profile, settings: SellerSettings) -> ProfileAnswer:
    fields = {**encode(profile), "description": profile.template}
    return ProfileAnswer.model_validate({**fields, "default": profile.name == settings.profile().name})


def _account(engine: Engine, view: AccountView) -> AccountAnswer:
    engines = sum(not worker.silent for worker in engine.queries.workers())
    record = view.record
    fields = encode(view.account) | {
        "reading": _errand(record.reading, view, engines),
        "creating": _errand(record.creating, view, engines),
    }
    return AccountAnswer.model_validate(fields)


def _errand(errand: Errand | None, view: AccountView, engines: int) -> dict[str, object] | None:
    if errand is None or view.at is None:
        return None
    return {**encode(errand), "sentence": errand.sentence_at(view.at, engines)}
