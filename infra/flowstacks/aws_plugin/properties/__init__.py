"""Values of properties: their types, when two mean the same, and which AWS accepts."""
