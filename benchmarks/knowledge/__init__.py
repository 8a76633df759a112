"""How well contradictions in knowledge are found."""
