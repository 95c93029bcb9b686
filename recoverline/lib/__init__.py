"""Leaf code: no models and no imports from the apps above."""
