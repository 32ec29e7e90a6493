"""The HTTP side and the `igny8` command."""

VERSION = "0.1.0"
"""What the API says of itself; pyproject.toml has the same."""
