"""`python -m web`: the portal's own commands. The console script `authsim` hands over to it."""

import os

from .commands.group import portal
from .commands.outcome import exit_with

if __name__ == "__main__":
    os.umask(0o077)
    exit_with(portal)
