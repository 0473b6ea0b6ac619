"""Every component of the pages on one page, for those who build them; not there in production."""
