"""What is true of every page. The pages come from the app: a new one cannot be forgotten."""
