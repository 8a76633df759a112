"""What is measured, each figure against a named reference in the same run.

``python -m benchmarks`` runs all of them; ``python -m benchmarks.search`` one. Public data is found
through ``RATCHET_SHARED_DATA`` or ``../shared/data``; what needs it says so and is skipped without it.
"""
