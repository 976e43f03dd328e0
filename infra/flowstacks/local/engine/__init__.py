"""The Pulumi engine and its Python language host: found, or installed, or built."""
