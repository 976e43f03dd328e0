"""Results of verbs as lines and documents. Pure."""
