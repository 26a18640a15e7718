"""The documents of a day's reconciliation: the one that is signed, and those that people read."""
