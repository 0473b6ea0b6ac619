"""`python -m soar_lms` is `soar-lms`."""

from soar_lms.cli import main

if __name__ == "__main__":
    main()
