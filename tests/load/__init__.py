"""Benchmarks: ratios against what the same machine can do, taken in one run. `make bench` runs them all."""
