"""Surgery: changing the design of a trained network and its weights in one step."""
