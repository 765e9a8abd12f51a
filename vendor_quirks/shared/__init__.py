"""Faults of a family a file: `shared.` ones are on for everyone, others for whom they were seen."""
