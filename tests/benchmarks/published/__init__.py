"""Published results on MNIST, trained again: recipes, running them, and the table."""
