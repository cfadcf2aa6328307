"""The sub-commands of `authkey`, one file each; each file is imported only when it is called."""
