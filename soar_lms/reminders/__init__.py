"""Reminders: who is written to before and after a module is due, and what became of it."""
