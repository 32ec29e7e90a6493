"""Charged exactly once: many runs at the same time under kills, cuts and doubled bells.

`python -m faults.charging` or `make faults-charging`. It starts automations until so many items
have succeeded, hurts the system all the while, then reckons: every success has one charge of its
price, nothing else has one, and the ledger says what the items say.
"""
