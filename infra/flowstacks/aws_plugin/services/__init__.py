"""The AWS services that the stand-in serves, a file each."""
