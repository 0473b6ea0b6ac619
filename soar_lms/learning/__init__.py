"""The learner's way: from the catalogue to completion."""
