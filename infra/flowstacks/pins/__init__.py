"""The stack file's text and tree, comments kept; what it pins, and its revisions in git."""
