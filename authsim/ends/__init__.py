"""Both ends as child processes, and a browser without a window at the portal.

The operator's command, the test kit and scenarios drive them from here; nothing below knows that it is driven.
"""
