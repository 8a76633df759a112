"""Ratchet's domain: everything the product knows and does, with no screen attached.

Packages are floors of one house and import only downwards (see ``tests/test_house.py``).
"""
