"""What vendors got wrong, and how it is mended. Pure data and small repairs."""
