"""Several workers on one machine: a supervisor, one store for all, and who serves which station."""
