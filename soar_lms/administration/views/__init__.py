"""The administrators' pages, by what they are about."""

from soar_lms.administration.views import audit, index, people
from soar_lms.administration.views.blueprint import blueprint

__all__ = ["audit", "blueprint", "index", "people"]
