"""What the data panel shows of preparation, augmentation and split."""
