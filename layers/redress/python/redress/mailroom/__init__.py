"""Reading real-world mail: `read` makes an `Incoming` of any bytes, and never raises."""

from redress.mailroom.incoming import Attachment, Automatic, Incoming
from redress.mailroom.reading import read

__all__ = ["Attachment", "Automatic", "Incoming", "read"]
