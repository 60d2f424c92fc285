"""The panels around the canvas. No panel knows another: they meet in the workbench."""
