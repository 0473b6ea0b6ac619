"""Content: `modules/` on disk becomes an immutable catalogue. No database, no request."""
