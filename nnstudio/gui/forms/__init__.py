"""Forms made from what a class declares, and the editors they consist of."""
