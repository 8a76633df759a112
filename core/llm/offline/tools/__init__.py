"""Using tools: what a customer wants done or looked up, with which arguments, and what came of it."""
