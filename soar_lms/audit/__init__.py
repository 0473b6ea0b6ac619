"""The audit trail: who did what to whose record, and when."""
