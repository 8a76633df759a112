"""How well knowledge is kept: what is unused, stale, contradicted or corrected, and what is missing."""
