"""The phone full screen: the articles' screens and paths, played in a terminal (`authkey phone`, extra `phone`).

It shows and asks; what it does is `mobile_cli.ceremonies`', as for every other command. Textual is imported here only.
"""
