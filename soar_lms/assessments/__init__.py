"""The engine under tests: instruments, attempts, answers, grading, evaluations."""
