"""Keywords to clusters: which keywords one page can serve, decided by the AI service.

    similarity, vectors   which texts are near each other (embeddings, else TF-IDF)
    grouping              up to 50 texts or so → groups, every text in exactly one
    merging               labels of many groups → fewer labels that mean different things
    assigning             each text → one of its nearest labels
    plans                 the three together for a whole run, kept so that a crash repeats little

Works on distinct texts and knows nothing of items; `stages/s1_clustering.py` does.
"""
