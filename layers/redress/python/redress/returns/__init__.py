"""The documents of a return: the one that is kept and compared, and those that people read."""
