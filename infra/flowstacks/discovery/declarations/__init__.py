"""The ways to declare a deployment beside its flow: one file per form."""
