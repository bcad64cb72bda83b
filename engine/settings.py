"""Every setting, read from the environment or from `.env`; the README lists them all."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from engine.access_settings import AccessSettings, names
from engine.addresses import CloudAddress, FilesAddress, files_address, usual_secrets
from engine.errors import BadSetting
from engine.redaction import know
from engine.retention_settings import RetentionSettings

ENV_FILE = ".env"
_MAILBOX = re.compile(r"[!#-'*+./-9=?A-Z^-~-]+@[\w.-]+", re.ASCII)
PROFILES = ("demo", "live")
_CONSENT_AT = {  # where eBay asks sellers, by where it is called
    "https://api.ebay.com": "https://auth.ebay.com",
    "https://api.sandbox.ebay.com": "https://auth.sandbox.ebay.com",
}


class Parcel(BaseModel):
    """One entry of `EBAY_PACKAGES`: weight in ounces, and length, width and height in inches where these are given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ounces: float = Field(gt=0)
    inches: tuple[PositiveFloat, PositiveFloat, PositiveFloat] | None = None


class Settings(AccessSettings, RetentionSettings):
    """What the environment says. Secrets are `SecretStr`: they print as stars."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True)

    profile: Literal["demo", "live"] = Field("demo", validation_alias="DM_PROFILE")
    store: str = Field("", validation_alias="DM_STORE")
    files: str = Field("", validation_alias="DM_FILES")
    secrets: str = Field("", validation_alias="DM_SECRETS")
    buckets: str = Field("", validation_alias="DM_BUCKETS")
    public_buckets: str = Field("", validation_alias="DM_PUBLIC_BUCKETS")
    catalog: str = Field("var/catalog.db", validation_alias="DM_CATALOG")
    discogs_dump_url: str = Field("https://data.discogs.com", validation_alias="DISCOGS_DUMP_URL")
    musicbrainz_dump_url: str = Field(
        "https://data.metabrainz.org/pub/musicbrainz/data/json-dumps", validation_alias="MUSICBRAINZ_DUMP_URL"
    )
    catalog_covers: bool = Field(False, validation_alias="DM_CATALOG_COVERS")
    log: Literal["", "text", "json"] = Field("", validation_alias="DM_LOG")

    metrics_exporter: Literal["none", "prometheus", "otlp", "otlp,prometheus"] = Field(
        "none", validation_alias="OTEL_METRICS_EXPORTER"
    )
    traces_exporter: Literal["none", "otlp"] = Field("none", validation_alias="OTEL_TRACES_EXPORTER")
    prometheus_host: str = Field("localhost", validation_alias="OTEL_EXPORTER_PROMETHEUS_HOST")
    prometheus_port: int = Field(9464, validation_alias="OTEL_EXPORTER_PROMETHEUS_PORT", ge=1, le=65_535)

    port: int = Field(8501, validation_alias="PORT", ge=1, le=65_535)
    lease_seconds: float = Field(30.0, validation_alias="DM_LEASE_SECONDS", gt=0)
    lanes: int = Field(4, validation_alias="DM_LANES", ge=1, le=64)

    webhook_url: SecretStr = Field(SecretStr(""), validation_alias="DM_WEBHOOK_URL")
    webhook_secret: SecretStr = Field(SecretStr(""), validation_alias="DM_WEBHOOK_SECRET")
    smtp_host: str = Field("", validation_alias="DM_SMTP_HOST")
    smtp_port: int | None = Field(None, validation_alias="DM_SMTP_PORT", ge=1, le=65_535)
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", validation_alias="DM_SMTP_SECURITY")
    smtp_user: str = Field("", validation_alias="DM_SMTP_USER")
    smtp_password: SecretStr = Field(SecretStr(""), validation_alias="DM_SMTP_PASSWORD")
    mail_from: str = Field("", validation_alias="DM_MAIL_FROM")
    mail_to: str = Field("", validation_alias="DM_MAIL_TO")
    stalled_minutes: int = Field(30, validation_alias="DM_STALLED_MINUTES", ge=0)

    sandbox_url: str = Field("", validation_alias="DM_SANDBOX_URL")
    sandbox_latency: float = Field(0.1, validation_alias="DM_SANDBOX_LATENCY", ge=0)
    discogs_url: str = Field("", validation_alias="DISCOGS_URL")
    musicbrainz_url: str = Field("", validation_alias="MUSICBRAINZ_URL")
    coverart_url: str = Field("", validation_alias="COVERART_URL")
    ebay_url: str = Field("", validation_alias="EBAY_URL")
    ebay_auth_url: str = Field("", validation_alias="EBAY_AUTH_URL")
    contact: str = Field("", validation_alias="DM_CONTACT")

    discogs_token: SecretStr = Field(SecretStr(""), validation_alias="DISCOGS_TOKEN")
    ebay_client_id: str = Field("", validation_alias="EBAY_CLIENT_ID")
    ebay_client_secret: SecretStr = Field(SecretStr(""), validation_alias="EBAY_CLIENT_SECRET")
    ebay_refresh_token: SecretStr = Field(SecretStr(""), validation_alias="EBAY_REFRESH_TOKEN")
    ebay_ru_name: str = Field("", validation_alias="EBAY_RU_NAME")
    ebay_deletion_url: str = Field("", validation_alias="EBAY_DELETION_URL")
    ebay_deletion_token: SecretStr = Field(SecretStr(""), validation_alias="EBAY_DELETION_TOKEN")
    ebay_rows_a_call: int = Field(25, validation_alias="EBAY_ROWS_A_CALL", ge=1, le=25)
    ebay_location_key: str = Field("", validation_alias="EBAY_LOCATION_KEY", max_length=36)
    ebay_fulfillment_policy: str = Field("", validation_alias="EBAY_FULFILLMENT_POLICY")
    ebay_payment_policy: str = Field("", validation_alias="EBAY_PAYMENT_POLICY")
    ebay_return_policy: str = Field("", validation_alias="EBAY_RETURN_POLICY")
    ebay_best_offer: bool = Field(default=False, validation_alias="EBAY_BEST_OFFER")
    ebay_packages: dict[str, Parcel] = Field(default_factory=dict, validation_alias="EBAY_PACKAGES")

    discogs_per_minute: float | None = Field(None, validation_alias="DISCOGS_PER_MINUTE", ge=0)
    musicbrainz_per_second: float | None = Field(None, validation_alias="MUSICBRAINZ_PER_SECOND", ge=0)

    @field_validator("sandbox_url")
    @classmethod
    def _has_a_port(cls, url: str) -> str:
        """Refuse an address whose port is not one."""
        try:
            _ = urlsplit(url).port
        except ValueError as error:
            raise ValueError("must look like http://127.0.0.1:8502") from error
        return url

    @field_validator("webhook_url")
    @classmethod
    def _is_of_the_web(cls, url: SecretStr) -> SecretStr:
        """Refuse an address that nothing can be posted to."""
        parts = urlsplit(url.get_secret_value())
        if url.get_secret_value() and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must look like https://example.com/hooks/batches")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _signs(cls, secret: SecretStr) -> SecretStr:
        """Refuse what cannot sign webhooks."""
        kind, _, key = secret.get_secret_value().partition("_")
        try:
            good = kind == "whsec" and 24 <= len(b64decode(key, validate=True)) <= 64
        except ValueError:
            good = False
        if secret.get_secret_value() and not good:
            raise ValueError(
                "must be whsec_ and 24 to 64 random bytes in base64, such as openssl rand -base64 32 makes"
            )
        return secret

    @model_validator(mode="after")
    def _can_notify(self) -> Self:
        """Refuse half of what notifications take, and a password that everybody on the way could read."""
        if self.webhook_url.get_secret_value() and not self.webhook_secret.get_secret_value():
            raise ValueError("DM_WEBHOOK_URL needs DM_WEBHOOK_SECRET, which signs what is sent there")
        if self.smtp_host and not (self.mail_from and self.mail_to):
            raise ValueError("DM_SMTP_HOST needs DM_MAIL_FROM and DM_MAIL_TO, between which e-mails go")
        if self.smtp_security == "none" and self.smtp_user:
            raise ValueError(
                "DM_SMTP_USER needs DM_SMTP_SECURITY to be starttls or tls, so that nobody reads the password"
            )
        return self

    @field_validator("mail_from", "mail_to")
    @classmethod
    def _are_mailboxes(cls, mailboxes: str) -> str:
        """Refuse what no e-mail goes to."""
        if any(not _MAILBOX.fullmatch(one) for one in names(mailboxes)):
            raise ValueError("must be an e-mail address such as me@example.com")
        return mailboxes

    @model_validator(mode="after")
    def _profile_defaults(self) -> Self:
        """Fill in what depends on the profile: the demo speaks to the sandbox, with its keys and no quota."""
        demo = self.profile == "demo"
        sandbox = self.sandbox_url or f"http://127.0.0.1:{self.port + 1}"
        ebay = self.ebay_url or (f"{sandbox}/ebay" if demo else "https://api.ebay.com")
        store = self.store or f"sqlite:///{usual_database(self.profile)}"
        defaults: dict[str, object] = {
            "sandbox_url": sandbox,
            "store": store,
            "files": "file:var/files" if demo else "file:var/live/files",
            "discogs_url": f"{sandbox}/discogs" if demo else "https://api.discogs.com",
            "musicbrainz_url": f"{sandbox}/musicbrainz" if demo else "https://musicbrainz.org",
            "coverart_url": f"{sandbox}/coverart" if demo else "https://coverartarchive.org",
            "ebay_url": ebay,
            "ebay_auth_url": _CONSENT_AT.get(ebay, ebay),
            "secrets": usual_secrets(store),
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
        know(*(value.get_secret_value() for _, value in self if isinstance(value, SecretStr)))
        return self

    @property
    def files_address(self) -> FilesAddress:
        """Return where files lie.

        Raises:
            BadSetting: `DM_FILES` means no file store.
        """
        return files_address(self.files)

    @property
    def job_buckets(self) -> frozenset[str]:
        """Return the buckets that jobs may be read from; empty means every one, as on a laptop."""
        where = self.files_address
        return names(self.buckets) or (frozenset({where.bucket}) if isinstance(where, CloudAddress) else frozenset())

    @property
    def photo_buckets(self) -> frozenset[str]:
        """Return the buckets whose files have a public address; what lies in a folder has none."""
        return names(self.public_buckets) if isinstance(self.files_address, CloudAddress) else frozenset()

    @property
    def sandbox_port(self) -> int:
        """Return the port that the sandbox listens on."""
        return urlsplit(self.sandbox_url).port or self.port + 1


def usual_database(profile: str) -> Path:
    """Return where the job store of a profile lies unless the settings say otherwise: the demo's rows are not real."""
    return Path("var/draftmaker.db" if profile == "demo" else "var/live/draftmaker.db")


class _LogSettings(BaseSettings):
    """What decides how log lines look, read leniently: it must be known before the other settings are right."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", env_ignore_empty=True)

    profile: str = Field("demo", validation_alias="DM_PROFILE")
    log: str = Field("", validation_alias="DM_LOG")


def log_style() -> Literal["text", "json"]:
    """Return how log lines look, also when other settings are wrong."""
    wanted = _LogSettings()
    if wanted.log in {"text", "json"}:
        return "json" if wanted.log == "json" else "text"
    return "text" if wanted.profile == "demo" else "json"


def load(profile: str = "") -> Settings:
    """Return the settings of this process; `profile` counts before the one that is set.

    Raises:
        BadSetting: some cannot be used; the message names each with what it must be, never with its value.
    """
    try:
        return Settings(DM_PROFILE=profile) if profile else Settings()
    except ValidationError as wrong:
        found = (f"{_place(error['loc'])}: {error['msg'].removeprefix('Value error, ')}" for error in wrong.errors())
        raise BadSetting(f"Wrong setting. {'; '.join(found)}. See the table of settings in the README.") from None
    except SettingsError as wrong:
        field = Settings.model_fields.get(str(wrong).partition('"')[2].partition('"')[0])
        name = field.validation_alias if field else "A setting"
        raise BadSetting(f"Wrong setting. {name}: must be JSON. See the table of settings in the README.") from None


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc))


def environment() -> dict[str, str]:
    """Return a copy of the environment, for a child process."""
    return dict(os.environ)


def adopt(variables: Mapping[str, str]) -> None:
    """Take over variables of the process that started this one, which was forked before they were set."""
    os.environ.update(variables)
