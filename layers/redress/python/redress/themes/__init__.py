"""What the texts of a period have in common: those that are nearly the same, and what many people write of.

Nothing is sent anywhere and nothing is learnt: the same texts give the same groups, in whatever order they
come, and each group names the words that made it. No library of its own: words and stems are those that the
help pages are searched with (`redress.faq.words`).
"""
