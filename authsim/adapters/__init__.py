"""The outside world: wall clock, randomness, files, password hashing and SQL. Nothing here decides about a login.

Each module fulfils a Protocol of `authsim.ports`. Import the one you need: some are light on purpose.
"""
