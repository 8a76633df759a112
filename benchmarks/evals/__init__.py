"""Evals, measured: throughput, statistics, comparisons, scores over time, and promptfoo's agreement."""
