"""Help inside the window: a page for each layer, and every gesture on one."""
