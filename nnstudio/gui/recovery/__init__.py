"""Work that survives a crash: kept while the window is open, offered at the next start."""
