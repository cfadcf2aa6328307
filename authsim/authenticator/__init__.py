"""The device's half: what a phone knows, how it seals that, and what it answers. Bytes in, bytes out.

Files, terminals and the network are the business of `mobile_cli`; the portal's half is not known here. What the phone
reads to answer one challenge (`pin`, `attempts`, `sealing`, `device`, `body`, `keystore`, `respond`) imports little and
holds its nouns in named tuples, because a response costs a handful of interpreter starts and not more; public-key code
is imported by `activate`, `add_user` and `approve` alone.
"""
