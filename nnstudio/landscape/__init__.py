"""The loss as a landscape: a plane through the space of weights, and how high the loss is on it."""
