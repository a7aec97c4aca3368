"""Shared by the benchmarks: processes that end with the harness, tracers to attach, services to load, figures to print."""
