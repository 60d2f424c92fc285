"""How everything looks: theme, icons, signs, and words for empty places."""
