"""The trainer's groups: members, reports, exports."""
