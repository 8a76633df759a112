"""The life of a draft: who writes it, in which process, and what became of it."""
