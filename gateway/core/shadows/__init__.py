"""CSMSs that hear a station and are heard by nobody: each in a world of its own."""
