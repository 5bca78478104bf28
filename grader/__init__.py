"""An automated grader for deep-learning assignments written in NumPy."""

__version__ = "0.1.0"
