"""A layer: copies of some tables in front of a database, to try changes that nobody else sees."""

from core.database.layers.layer import Layer, open_layer, sweep_layers

__all__ = ["Layer", "open_layer", "sweep_layers"]
