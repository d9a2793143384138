"""The sweeps that ship a table, one module a study."""
