"""`python -m mobile_cli` is `authkey`."""

from mobile_cli.cli import main

if __name__ == "__main__":
    main()
