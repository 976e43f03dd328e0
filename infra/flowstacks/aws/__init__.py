"""The AWS half of an environment: one noun a file; documents are pure functions, resources take them as they are."""
