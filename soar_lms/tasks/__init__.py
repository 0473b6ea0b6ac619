"""Work that takes longer than a page: rows say what is to be done, the worker does it."""
