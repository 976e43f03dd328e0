"""What moves between two desired states: computed once, shown as text, JSON and markdown."""
