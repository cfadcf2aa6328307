"""Runs as files: users, phones, faults, steps and the story that must come of them; played, recorded, compared."""
