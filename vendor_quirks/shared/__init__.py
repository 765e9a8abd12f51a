"""Faults that stations of any make have: normalisers that are on for everyone, a family a file."""
