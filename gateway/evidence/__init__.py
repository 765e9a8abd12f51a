"""What shadows were seen to do: collected, kept in SQLite, reconciled, judged and reported."""
