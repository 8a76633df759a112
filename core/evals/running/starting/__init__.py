"""Starting runs: what they will take, which build they ask, and what is known already."""
