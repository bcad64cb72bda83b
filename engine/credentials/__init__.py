"""Which keys and tokens count now, who is connected with them, and how that is changed."""
