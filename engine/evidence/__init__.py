"""Proof, on this machine or a store of your own, that processes may die at any moment and no row suffers."""
