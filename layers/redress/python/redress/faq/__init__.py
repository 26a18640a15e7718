"""The help pages of a brand in a language: read from the region layer, and searched."""
