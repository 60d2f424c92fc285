"""What the Example panel shows: which example, what each layer makes of it, and why that answer."""
