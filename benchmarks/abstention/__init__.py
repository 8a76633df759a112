"""Does the score know what cannot be answered? Run ``python -m benchmarks.abstention``."""
