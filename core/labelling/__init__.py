"""Floor 4: label queues, drawn by a strategy, judged by people, one item at a time."""
