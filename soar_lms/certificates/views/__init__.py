"""Certificates: the learner's own, and their verification by anybody and any program."""

from soar_lms.certificates.views import badges, correction, documents, own, uploads, verify
from soar_lms.certificates.views.blueprint import blueprint

__all__ = ["badges", "blueprint", "correction", "documents", "own", "uploads", "verify"]
