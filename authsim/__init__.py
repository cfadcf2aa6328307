"""AuthSim: a flight simulator for two-factor login.

This package is the core. What travels lives in `protocol`; the portal's half in `verifier`; the device's half in
`authenticator`; the outside world behind `ports` and in `adapters`. The shells are the packages `web` and `mobile_cli`.
"""

__version__ = "0.1.0"
