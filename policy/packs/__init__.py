"""Strategies, jurisdictions and tariffs read from their files: each fault with file, line and field."""
