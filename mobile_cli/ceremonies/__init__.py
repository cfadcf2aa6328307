"""What a phone does with a portal, one ceremony a file: typed input in, values out, or `RefusalError` and `PhoneError`.

Nothing here asks or prints: the commands and the full-screen phone do, each in its own way. A record of what was begun
is on disk before anything leaves that could make a key count at the portal, so a crash at any step can be resumed.
"""
