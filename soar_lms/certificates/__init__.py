"""Certificates: issue, snapshot, document, verification."""
