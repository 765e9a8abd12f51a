"""1.6 and 2.0.1 meet here: one file per subject, both ways."""
