"""Which texts are near each other. Pure computing on vectors: rows of length one, 32-bit floats.

Heavy work: call from a thread. Nothing here grows with the square of the number of texts beyond
`BLOCK`, so 100,000 keywords fit into memory. SciPy and scikit-learn take a second to import, which
no worker that starts has to wait for: they are imported where they are used.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Indices = NDArray[np.intp]

BLOCK = 5000
"""Texts that are compared each with each, at most: 100 MB of distances."""

ROWS = 2000
"""Rows of a product of matrices made at once."""

LSA_SIZE = 150
MOST_FEATURES = 60_000


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Each row brought to length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 1e-9, lengths, 1.0), dtype=np.float32)


def centred(vectors: NDArray[np.floating]) -> Vectors:
    """Rows of length one around their common centre, so that unrelated texts are near 0."""
    rows = unit(vectors)
    return unit(rows - rows.mean(axis=0, keepdims=True)) if len(rows) > 2 else rows


def text_vectors(texts: Sequence[str]) -> Vectors:
    """Vectors of the texts by the words and pieces of words they share (TF-IDF, then LSA)."""
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.pipeline import make_union  # noqa: PLC0415

    union = make_union(
        TfidfVectorizer(
            ngram_range=(1, 2),
            token_pattern=r"(?u)\b\w+\b",  # noqa: S106 - words of one letter count too
            sublinear_tf=True,
            max_features=MOST_FEATURES,
            dtype=np.float32,
        ),
        TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(3, 5),
            sublinear_tf=True,
            max_features=MOST_FEATURES,
            dtype=np.float32,
        ),
    )
    # A word before each text, so that texts of signs only have a feature too.
    counts = union.fit_transform([f"text {text}" for text in texts])
    size = min(LSA_SIZE, min(counts.shape) - 1)
    if size < 2:
        return unit(counts.toarray())
    with np.errstate(invalid="ignore"):  # a share of no variance, where all texts are equal
        return unit(TruncatedSVD(size, random_state=0).fit_transform(counts))


def order(vectors: Vectors) -> list[int]:
    """All row numbers, near ones beside each other: the leaves of a tree of likenesses."""
    ordered: list[int] = []
    for block in _blocks(vectors, np.arange(len(vectors))):
        ordered.extend(block[_leaves(vectors[block])].tolist())
    return ordered


def _leaves(vectors: Vectors) -> Indices:
    if len(vectors) < 3:
        return np.arange(len(vectors))
    from scipy.cluster.hierarchy import leaves_list, linkage  # noqa: PLC0415
    from scipy.spatial.distance import pdist  # noqa: PLC0415

    # Rows of length one: Euclidean distance orders as cosine does, and zeros do no harm.
    tree = linkage(pdist(vectors), method="average")
    return np.asarray(leaves_list(tree), dtype=np.intp)


def _blocks(vectors: Vectors, rows: Indices) -> Iterator[Indices]:
    """The rows in parts of at most BLOCK, halved where they differ most."""
    if len(rows) <= BLOCK:
        yield rows
        return
    part = vectors[rows]
    part = part - part.mean(axis=0, keepdims=True)
    _, axes = np.linalg.eigh(part.T @ part)
    along = np.argsort(part @ axes[:, -1], kind="stable")
    middle = len(rows) // 2
    yield from _blocks(vectors, rows[along[:middle]])
    yield from _blocks(vectors, rows[along[middle:]])


def centroids(vectors: Vectors, groups: Sequence[Sequence[int]]) -> Vectors:
    """The middle of each group of rows."""
    sums = [vectors[list(g)].sum(axis=0) for g in groups]
    return unit(np.array(sums, dtype=np.float32).reshape(len(groups), vectors.shape[1]))


def nearest(
    vectors: Vectors, targets: Vectors, count: int
) -> Iterator[tuple[int, list[int], list[float]]]:
    """For each row: its number, its `count` nearest targets (nearest first), their likenesses."""
    count = min(count, len(targets))
    for start in range(0, len(vectors), ROWS):
        likeness = vectors[start : start + ROWS] @ targets.T
        best = np.argsort(-likeness, axis=1, kind="stable")[:, :count]
        for row, columns in enumerate(best):
            yield start + row, columns.tolist(), likeness[row, columns].tolist()
