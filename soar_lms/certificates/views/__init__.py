"""Certificates: the learner's own, and their verification by anybody."""

from soar_lms.certificates.views import correction, documents, own, verify
from soar_lms.certificates.views.blueprint import blueprint

__all__ = ["blueprint", "correction", "documents", "own", "verify"]
