"""The measures, in the order in which they run.

Each module has NAME, CONDITIONS and `measure(rig, short)`, which returns figures.
"""
