"""Bringing one's own data in: a file, a folder, or what was copied from a spreadsheet."""
