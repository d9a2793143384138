"""A package, so that the browser ends with it, before other tests run."""
