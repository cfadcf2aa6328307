"""Phones that live in the lab and run the very code of `authkey`: the same keys, ceremonies, counters and refusals.

What a phone knows is sealed by its own keystore and lies on the shelf; what it says goes through the portal's own
application, so everything that guards the real device API guards it here. Nothing in this room knows HTTP or Flask.
"""
