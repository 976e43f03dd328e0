"""The repository: git as a child process, trees at a revision, effective commits."""
