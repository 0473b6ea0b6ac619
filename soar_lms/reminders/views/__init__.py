"""Reminders of a group and of a member, and saying no to them."""

from soar_lms.reminders.views import choices, groups, members, shown
from soar_lms.reminders.views.blueprint import blueprint

__all__ = ["blueprint", "choices", "groups", "members", "shown"]
