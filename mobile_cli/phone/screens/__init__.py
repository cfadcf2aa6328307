"""The screens, each file one place on the phone."""
