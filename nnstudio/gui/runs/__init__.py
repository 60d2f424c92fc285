"""The book of runs in the window: its table, comparisons, forks, and runs with several seeds."""
