"""Evals, measured: throughput, statistics, scores over time, and promptfoo's agreement."""
