"""The pure middle: what one station's session hears, and what has to happen because of it."""
