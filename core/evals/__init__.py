"""Floor 4: eval cases, frozen with everything a replay needs, and the flags they come from."""
