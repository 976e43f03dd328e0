"""Where the owner of an object is written on the server: a label or tag of the object, or a Variable beside it."""
