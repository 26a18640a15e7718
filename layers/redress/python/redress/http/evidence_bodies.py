"""What callers of the operator's API send about evidence."""

from redress.http.fields import Strict


class EvidenceUpload(Strict):
    """Nothing: what the file is, is found in the file."""
