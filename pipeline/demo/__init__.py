"""Our own OpenAI-compatible server, for machines without a key and for the tests.

Deterministic: the same request gets the same answer. Understands the prompts of the stages by the
JSON block they end with, and answers any other schema with a sample. What it makes says that it is
demo content. On request it misbehaves in the ways real services do: see `faults.py`.

    python -m pipeline.demo --port 8100
"""
