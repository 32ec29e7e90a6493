"""The seven stages, one file each, all of the same shape (see `pipeline/stage.py`)."""
