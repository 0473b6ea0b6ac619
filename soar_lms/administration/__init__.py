"""Administrators' rooms: people with two accounts, made one, and parted again."""
