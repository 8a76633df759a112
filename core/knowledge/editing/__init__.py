"""Shared working copies of articles: begun, saved by several people at once, released."""
