"""Benchmarks: everything side by side in one run, as ratios (``make bench``, ``bench-quick``, ``bench-peers``).

Not part of the wheel. Each topic is a module with ``measure(options)`` and runs in a process of its own.
"""
