"""`python -m api.cli`: the same as `igny8`."""

from api.cli import main

main()
