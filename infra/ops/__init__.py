"""The `redress` command: what ops and compliance ask of a deployment, or of the rules alone."""
