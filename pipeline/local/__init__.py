"""Everything that runs on this machine: embedded servers, supervised processes, first account.

Start with `environment.system()`: it gives any command what it needs, from a running `igny8 up`,
from the environment, or by starting it.
"""
