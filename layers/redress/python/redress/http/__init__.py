"""HTTP: what callers send and get, for the portal and the operator's API."""
