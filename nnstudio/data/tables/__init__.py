"""Tables: CSV, TSV and Parquet files, guessed at, read, and made into arrays."""
