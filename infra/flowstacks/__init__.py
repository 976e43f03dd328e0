"""flowstacks: Prefect flows on AWS as infrastructure as code; the package behind `__main__.py` and the command."""
