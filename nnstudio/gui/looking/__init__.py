"""Looking at data: its table, its pictures, its columns, a batch as the network gets it."""
