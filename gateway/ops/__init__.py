"""What operations people see: metrics, logs, health."""
