"""One HTTP request that gets its answer: retries, waits, and the origin of an answer. Used for Prefect and registries."""
