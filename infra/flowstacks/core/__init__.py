"""What every room uses: problems, errors, names, suggestions. Imports nothing of the other rooms."""
