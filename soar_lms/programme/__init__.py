"""Programme reports: how many people were trained, where and as what, and nobody in particular."""
