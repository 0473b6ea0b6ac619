"""The administrators' pages, by what they are about."""

from soar_lms.administration.views import account, audit, certificates, index, people, programme
from soar_lms.administration.views.blueprint import blueprint

__all__ = ["account", "audit", "blueprint", "certificates", "index", "people", "programme"]
