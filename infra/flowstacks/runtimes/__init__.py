"""What a deployment needs to run: one file per runtime."""
