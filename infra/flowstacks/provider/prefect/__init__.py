"""Prefect's API: one file per noun, each with the answers it reads and the bodies it sends, over one transport."""
