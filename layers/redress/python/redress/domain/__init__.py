"""The rules of complaint handling: pure, standard library only, no clock, no randomness, no AWS."""
