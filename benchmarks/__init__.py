"""Measurements, each printed as a ratio against something in the same run."""
