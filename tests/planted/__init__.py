"""Faults that are planted in a copy of the code, one at a time: the tests named beside each must fail."""
