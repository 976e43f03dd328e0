"""Python files to flows: names, values, signatures as schemas; nothing is imported."""
