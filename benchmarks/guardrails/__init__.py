"""How good the guardrails are: precision and recall on written cases, and how long a check takes."""
