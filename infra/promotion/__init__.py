"""What an environment runs, and how that moves: by editing one pin."""
