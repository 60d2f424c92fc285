"""The loss landscape: measured on a thread, drawn with the run's path on it."""
