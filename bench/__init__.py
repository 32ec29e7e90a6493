"""What the engine is measured by: `python -m bench`, one file a measure.

Real servers with real durability, real worker processes, a real AI service over HTTP. A measure
returns figures; those with a target decide whether the bench passes.
"""
