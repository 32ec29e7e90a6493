"""Workers to which something is done before they start: `python -m faults.shims.<name> ...`."""
