"""Secrets at rest: an encrypted file on a desk, Secret Manager in the cloud."""
