"""What a period says of the service, from its counters: a pure function, so that a page is made again alike.

Figures are counted by the definition of the counters (`counting.py`): what is learnt later counts as if it
had been known, a closing counts if it stands. Whatever is a part of something tells the part and the whole;
where there is no whole, there is no share.
"""

from redress.domain.figures.whole import Asked, Figures, figures

__all__ = ["Asked", "Figures", "figures"]
