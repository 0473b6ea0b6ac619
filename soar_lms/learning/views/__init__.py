"""The learner's pages, by where they stand on the way."""

from soar_lms.learning.views import (
    catalogue,
    completion,
    follow_ups,
    home,
    lessons,
    renewal,
    tests,
)
from soar_lms.learning.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "catalogue",
    "completion",
    "follow_ups",
    "home",
    "lessons",
    "renewal",
    "tests",
]
