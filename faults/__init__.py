"""The fault matrix: real faults in a running system, and what must hold afterwards.

`python -m faults [NAME ...]` or `make faults`. One file per family of faults; a new fault is one
function and one line in `catalogue.py`.
"""
