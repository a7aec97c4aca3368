"""What the benchmarks share: processes that end with the harness, tracers to attach, services to load, figures to print."""
