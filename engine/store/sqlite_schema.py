"""The one table of documents, and the indexes that its queries use."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (collection, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_available ON documents (collection, body ->> 'available_at')
    WHERE body ->> 'available_at' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_created ON documents (collection, body ->> 'created_at')
    WHERE body ->> 'created_at' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_status ON documents (collection, body ->> 'status', body ->> 'created_at')
    WHERE body ->> 'created_at' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_visibility ON documents (collection, body ->> 'visibility', body ->> 'created_at')
    WHERE body ->> 'visibility' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_visibility_and_status
    ON documents (collection, body ->> 'visibility', body ->> 'status', body ->> 'created_at')
    WHERE body ->> 'created_at' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_index ON documents (collection, body ->> 'index')
    WHERE body ->> 'index' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_finished ON documents (collection, body ->> 'finished_at')
    WHERE body ->> 'finished_at' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_cause ON documents (collection, body ->> 'cause')
    WHERE body ->> 'cause' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_cause_anywhere
    ON documents (body ->> 'cause', body ->> 'finished_at', body ->> 'status', collection)
    WHERE body ->> 'cause' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_file ON documents (body ->> 'gcs_path')
    WHERE body ->> 'gcs_path' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_expiry ON documents (collection, body ->> 'expires_at')
    WHERE body ->> 'expires_at' IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_expiry_anywhere ON documents (body ->> 'expires_at')
    WHERE body ->> 'expires_at' IS NOT NULL;
"""
