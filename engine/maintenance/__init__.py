"""What keeps a job store whole over the years: its format and migrations, backups, and bringing one back."""
