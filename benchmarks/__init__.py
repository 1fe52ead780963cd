"""Side-by-side benchmarks against named peers; see docs/benchmarks.md."""
