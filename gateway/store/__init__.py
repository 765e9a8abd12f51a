"""What must survive the process."""
