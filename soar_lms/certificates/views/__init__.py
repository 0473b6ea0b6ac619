"""Certificates: the learner's own, and their verification by anybody."""

from soar_lms.certificates.views import documents, own, verify
from soar_lms.certificates.views.blueprint import blueprint

__all__ = ["blueprint", "documents", "own", "verify"]
