"""A learning-management backend for SOAR-style training (Stop, Observe, Ask, Respond)."""

__version__ = "0.1.0"
