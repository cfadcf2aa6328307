"""The device's shell: the command `authkey`. Files, terminal, camera and network around `authsim.authenticator`.

Imports are part of the design here: a response costs a handful of interpreter starts, so a module imports at its top
what every path through it needs, and nothing that only some do.
"""
