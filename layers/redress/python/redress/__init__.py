"""Serverless complaint handling for licensed gambling operators."""
