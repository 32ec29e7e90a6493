"""How one item moves: queue, ledger, chain, workers, provider and the seven stages."""
