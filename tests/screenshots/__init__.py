"""Every screen in every state, as pictures to look at: `python -m tests.screenshots`."""
