"""The administrators' pages."""

from soar_lms.administration.views import audit
from soar_lms.administration.views.blueprint import blueprint

__all__ = ["audit", "blueprint"]
