"""How the console is reached, who signs people in there, and with which roles: a part of the settings."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

_HOST = re.compile(r"([\w.-]+|\[[0-9a-fA-F:]+\])(:\d+)?", re.ASCII)


class AccessSettings(BaseSettings):
    """What the environment says of it."""

    host: str = Field("127.0.0.1", validation_alias="DM_HOST")
    hosts: str = Field("", validation_alias="DM_HOSTS")
    console_url: str = Field("", validation_alias="DM_CONSOLE_URL")
    sign_in: Literal["", "external", "iap", "oidc"] = Field("", validation_alias="DM_SIGN_IN")
    iap_audience: str = Field("", validation_alias="DM_IAP_AUDIENCE")
    iap_keys_url: str = Field("https://www.gstatic.com/iap/verify/public_key", validation_alias="DM_IAP_KEYS_URL")
    oidc_issuer: str = Field("", validation_alias="DM_OIDC_ISSUER")
    oidc_client_id: str = Field("", validation_alias="DM_OIDC_CLIENT_ID")
    oidc_client_secret: SecretStr = Field(SecretStr(""), validation_alias="DM_OIDC_CLIENT_SECRET")
    oidc_name: str = Field("email", validation_alias="DM_OIDC_NAME")
    oidc_groups: str = Field("groups", validation_alias="DM_OIDC_GROUPS")
    admins: str = Field("", validation_alias="DM_ADMINS")
    role_groups: str = Field("", validation_alias="DM_ROLE_GROUPS")
    role_else: Literal["", "nobody", "viewer", "operator", "admin"] = Field("", validation_alias="DM_ROLE_ELSE")
    session_hours: float = Field(12.0, validation_alias="DM_SESSION_HOURS", gt=0, le=720)

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, hosts: str) -> str:
        """Refuse what no request names as its host, such as a whole address."""
        if any(not _HOST.fullmatch(name) for name in names(hosts)):
            raise ValueError("must be names such as drafts.example.com, without https://, separated by commas")
        return hosts

    @field_validator("console_url", "oidc_issuer")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        """Refuse what cannot be the address of a site, or could be read by others on the way."""
        parts = urlsplit(url)
        if url and (parts.query or parts.fragment or "@" in parts.netloc or not parts.hostname):
            raise ValueError("must look like https://drafts.example.com")
        if url and not (parts.scheme == "https" or (parts.scheme == "http" and _on_loopback(parts.hostname or ""))):
            raise ValueError("must begin with https://: only on this machine http:// does")
        return url

    @property
    def own_hosts(self) -> frozenset[str]:
        """Return the names, some with a port, that the console is reached by beside those of this machine."""
        named = urlsplit(self.console_url).netloc.lower()
        return names(self.hosts) | ({named} if named else frozenset())

    @property
    def knows_people(self) -> bool:
        """Whether the console itself knows who is signed in."""
        return self.sign_in in {"iap", "oidc"}

    @property
    def on_loopback(self) -> bool:
        """Whether the console answers on this machine only."""
        return _on_loopback(self.host)


def _on_loopback(host: str) -> bool:
    """Whether a name or number stands for this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def names(setting: str) -> frozenset[str]:
    """Return the parts of a list that is written with commas."""
    return frozenset(name.strip() for name in setting.split(",") if name.strip())
