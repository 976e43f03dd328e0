"""HTTP requests to Prefect and to registries: retries, waits, and whether an answer is the server's own."""
