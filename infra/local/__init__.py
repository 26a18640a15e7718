"""The embedded platform: the real stack on one machine, without an AWS account (see README.md)."""
