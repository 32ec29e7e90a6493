"""The HTTP side and the `igny8` command."""
