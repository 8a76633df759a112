"""Flags: raised while working, decided by specialists, and the cases they stand for."""
