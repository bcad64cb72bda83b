"""The calls of the API that were published before this project: they keep their paths, methods and fields."""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """One call: `example` is its path as it was published, `fields` are those of its body."""

    method: str
    example: str
    fields: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Return the path alone."""
        return self.example.partition("?")[0]


CALLS = (
    Call("GET", "/health"),
    Call("POST", "/api/batch/process", ("gcs_path", "create_drafts", "test_mode")),
    Call("GET", "/api/batch/status/{job_id}"),
    Call("GET", "/api/batch/jobs?limit=10&status=running"),
    Call("POST", "/api/batch/recover/{job_id}"),
)
