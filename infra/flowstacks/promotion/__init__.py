"""How what an environment runs moves: by editing one pin."""
