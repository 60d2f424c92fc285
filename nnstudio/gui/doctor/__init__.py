"""What the window has of the doctor: its practice, and how a finding is shown."""
