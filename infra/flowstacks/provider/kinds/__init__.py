"""One file per kind: a typed model, field rules and thin calls."""
