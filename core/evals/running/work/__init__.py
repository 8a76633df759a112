"""The work on a run, in any number of processes at the same time."""
