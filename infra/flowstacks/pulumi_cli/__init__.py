"""The one seam to the engine's command line."""
