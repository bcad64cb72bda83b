"""Every setting, read from the environment or from `.env`; the README lists them all."""

from __future__ import annotations

import os
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Parcel(BaseModel):
    """One entry of `EBAY_PACKAGES`: weight in ounces, and length, width and height in inches where these are given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ounces: float = Field(gt=0)
    inches: tuple[PositiveFloat, PositiveFloat, PositiveFloat] | None = None


class Settings(BaseSettings):
    """What the environment says. Secrets are `SecretStr`: they print as stars."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    profile: Literal["demo", "live"] = Field("demo", validation_alias="DM_PROFILE")
    store: str = Field("sqlite:///var/draftmaker.db", validation_alias="DM_STORE")
    files: str = Field("file:var/files", validation_alias="DM_FILES")
    buckets: str = Field("", validation_alias="DM_BUCKETS")
    public_buckets: str = Field("", validation_alias="DM_PUBLIC_BUCKETS")
    catalog: str = Field("var/catalog.db", validation_alias="DM_CATALOG")
    catalog_covers: bool = Field(False, validation_alias="DM_CATALOG_COVERS")
    log: Literal["", "text", "json"] = Field("", validation_alias="DM_LOG")

    port: int = Field(8501, validation_alias="PORT")
    lease_seconds: float = Field(30.0, validation_alias="DM_LEASE_SECONDS", gt=0)
    lanes: int = Field(4, validation_alias="DM_LANES", ge=1, le=64)

    sandbox_url: str = Field("", validation_alias="DM_SANDBOX_URL")
    sandbox_latency: float = Field(0.1, validation_alias="DM_SANDBOX_LATENCY", ge=0)
    discogs_url: str = Field("", validation_alias="DISCOGS_URL")
    musicbrainz_url: str = Field("", validation_alias="MUSICBRAINZ_URL")
    coverart_url: str = Field("", validation_alias="COVERART_URL")
    ebay_url: str = Field("", validation_alias="EBAY_URL")
    ebay_auth_url: str = Field("https://auth.ebay.com", validation_alias="EBAY_AUTH_URL")
    contact: str = Field("", validation_alias="DM_CONTACT")

    discogs_token: SecretStr = Field(SecretStr(""), validation_alias="DISCOGS_TOKEN")
    ebay_client_id: str = Field("", validation_alias="EBAY_CLIENT_ID")
    ebay_client_secret: SecretStr = Field(SecretStr(""), validation_alias="EBAY_CLIENT_SECRET")
    ebay_refresh_token: SecretStr = Field(SecretStr(""), validation_alias="EBAY_REFRESH_TOKEN")
    ebay_ru_name: str = Field("", validation_alias="EBAY_RU_NAME")
    ebay_location_key: str = Field("", validation_alias="EBAY_LOCATION_KEY", max_length=36)
    ebay_fulfillment_policy: str = Field("", validation_alias="EBAY_FULFILLMENT_POLICY")
    ebay_payment_policy: str = Field("", validation_alias="EBAY_PAYMENT_POLICY")
    ebay_return_policy: str = Field("", validation_alias="EBAY_RETURN_POLICY")
    ebay_best_offer: bool = Field(default=False, validation_alias="EBAY_BEST_OFFER")
    ebay_packages: dict[str, Parcel] = Field(default_factory=dict, validation_alias="EBAY_PACKAGES")

    discogs_per_minute: float | None = Field(None, validation_alias="DISCOGS_PER_MINUTE", ge=0)
    musicbrainz_per_second: float | None = Field(None, validation_alias="MUSICBRAINZ_PER_SECOND", ge=0)

    @model_validator(mode="after")
    def _profile_defaults(self) -> Self:
        """Fill in what depends on the profile: the demo speaks to the sandbox, with its keys and no quota."""
        demo = self.profile == "demo"
        sandbox = self.sandbox_url or f"http://127.0.0.1:{self.port + 1}"
        defaults: dict[str, object] = {
            "sandbox_url": sandbox,
            "discogs_url": f"{sandbox}/discogs" if demo else "https://api.discogs.com",
            "musicbrainz_url": f"{sandbox}/musicbrainz" if demo else "https://musicbrainz.org",
            "coverart_url": f"{sandbox}/coverart" if demo else "https://coverartarchive.org",
            "ebay_url": f"{sandbox}/ebay" if demo else "https://api.ebay.com",
            "log": "text" if demo else "json",
            "discogs_token": SecretStr("sandbox" if demo else ""),
            "ebay_client_id": "sandbox" if demo else "",
            "ebay_client_secret": SecretStr("sandbox" if demo else ""),
            "ebay_refresh_token": SecretStr("sandbox" if demo else ""),
        }
        for name, value in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, value)
        limits = {"discogs_per_minute": 0.0 if demo else 60.0, "musicbrainz_per_second": 0.0 if demo else 1.0}
        for name, limit in limits.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, limit)
        return self

    @property
    def sandbox_port(self) -> int:
        """Return the port that the sandbox listens on."""
        return urlsplit(self.sandbox_url).port or self.port + 1

    @property
    def ebay_connected(self) -> bool:
        """Whether there are eBay credentials to try; only eBay can say whether it accepts them."""
        return all((self.ebay_client_id, self.ebay_client_secret, self.ebay_refresh_token))


def environment() -> dict[str, str]:
    """Return a copy of the environment, for a child process."""
    return dict(os.environ)
