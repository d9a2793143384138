"""One learning problem, trained or solved, and replayed at every stop."""
