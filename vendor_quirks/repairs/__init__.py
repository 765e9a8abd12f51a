"""The repairs that are data, by what they mend; README.md lists them all."""
