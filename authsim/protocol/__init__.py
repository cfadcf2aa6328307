"""What travels between portal and device, and the arithmetic both ends share: bytes and text in, bytes and text out.

Role-neutral: nothing here knows whether it runs in the portal or in the phone. No clock, no randomness, no storage, no
network, no HTTP. The contract for people who write their own device is `docs/protocol.md`; this room is its code.
"""
