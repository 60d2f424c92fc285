"""A project: design, data, settings and weights as one value, and the document around it."""
