"""Faults of CSMSs: `shared.` ones are on for every CSMS, the others by configuration."""
