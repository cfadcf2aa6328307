"""What command lines share: how a command ends, how its help looks, and in which language it speaks.

`authsim.cli` and the commands of `web` may not know each other; both may know this. It opens nothing and decides
nothing. The device's shell, which has to start fast, takes nothing of it but the pages of Japanese help.
"""
