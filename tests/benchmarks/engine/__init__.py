"""The parts of ``bench_engine.py``: what is measured, who takes part, and what is said about it."""
