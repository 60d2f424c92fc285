"""A project: design, data, settings and trained weights as one value, and the document around it."""
