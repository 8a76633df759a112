"""Floor 6: read models for pages that show numbers."""
