"""The AI service: ask for a struct, embed texts, draw a picture. Any OpenAI-compatible endpoint.

    ask      prompt + answer struct → the struct, validated (bad answers are asked again)
    embed    texts → vectors, or None where the endpoint has none
    draw     prompt → the bytes of an image file
    cool_down, is_demo, open_client, close_client, probe

Errors of the service become ours here and nowhere else.
"""

from pipeline.provider.asking import Prompt, ask, data_block
from pipeline.provider.client import close_client, is_demo, open_client
from pipeline.provider.embeddings import embed
from pipeline.provider.failures import AnswerCut
from pipeline.provider.images import draw
from pipeline.provider.pacing import cool_down, is_resting
from pipeline.provider.probing import Finding, probe

__all__ = [
    "AnswerCut",
    "Finding",
    "Prompt",
    "ask",
    "close_client",
    "cool_down",
    "data_block",
    "draw",
    "embed",
    "is_demo",
    "is_resting",
    "open_client",
    "probe",
]
