"""The life of a request up to the decision: proposed, asked, approved, rejected, withdrawn."""
