"""Floor 1: rates with intervals, agreement, and estimates from few human and many model judgements."""
