"""The test kit: a portal, phones, time and faults in a test, from Python with or without pytest."""
