"""What is wrong with a stack: one function a check, one file a family, one folder a stage."""
