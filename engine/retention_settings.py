"""After how many days what is over goes: a part of the settings."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

SHORTEST_DAYS = 7  # for which an upload waits on New batch to be started


class RetentionSettings(BaseSettings):
    """What the environment says of it, in days; 0 is for good."""

    keep_batches_days: int = Field(0, validation_alias="DM_KEEP_BATCHES_DAYS", ge=0)
    keep_scans_days: int = Field(365, validation_alias="DM_KEEP_SCANS_DAYS", ge=0)
    keep_files_days: int = Field(0, validation_alias="DM_KEEP_FILES_DAYS", ge=0)
    keep_notifications_days: int = Field(30, validation_alias="DM_KEEP_NOTIFICATIONS_DAYS", ge=0)
    keep_audit_days: int = Field(0, validation_alias="DM_KEEP_AUDIT_DAYS", ge=0)

    @field_validator("keep_files_days")
    @classmethod
    def _outlasts_new_batch(cls, days: int) -> int:
        """Refuse to take files away that somebody is about to start."""
        if 0 < days < SHORTEST_DAYS:
            raise ValueError(f"must be 0, for good, or at least {SHORTEST_DAYS}: so long an upload waits to be started")
        return days
