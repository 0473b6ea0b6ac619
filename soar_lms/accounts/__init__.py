"""People: accounts, sign-in, profile."""
