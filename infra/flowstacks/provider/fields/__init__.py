"""What properties mean: the rules by which they are compared, and the types that Pulumi can carry."""
