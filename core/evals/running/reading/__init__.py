"""Looking at runs: lists, results, one result."""
