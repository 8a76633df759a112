"""The life of a request after the decision: claimed, sent, receipt; taken over when its process died."""
