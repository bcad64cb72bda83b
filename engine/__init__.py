"""The engine: everything that happens to a batch between the upload and the drafts."""

__version__ = "0.1.0"
