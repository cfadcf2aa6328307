"""`python -m authsim` does what the console script `authsim` does."""

from authsim.cli import main

if __name__ == "__main__":
    main()
