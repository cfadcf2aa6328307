"""What makes it a simulator: time, chance, faults and phones that do as a test says, and the story of both ends.

Everything here is another clock, another inbox, another store behind the same ports: the real path never knows that it
is being simulated, and nothing but `web/lab`, `web/wiring` and the test kit imports this room.
"""
