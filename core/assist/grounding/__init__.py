"""What a draft may rest on: the ledger of a run, and the check of every sentence against it."""
