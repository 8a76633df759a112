"""Where a sentence came from, and what depends on an article."""
