"""What the operator's command lines share: how a command ends, and how its help looks.

`authsim.cli` and the commands of `web` may not know each other; both may know this. It opens nothing and decides
nothing, and the device's shell, which has to start fast, does without it.
"""
