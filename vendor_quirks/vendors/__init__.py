"""Faults of one make, a vendor a file; `generic` where the vendor is not known."""
