"""The solutions of the exercises, one plain function each, one module a notebook.

`exercises` compares a reader's answer with these, so they are written to be read: look here when
you have tried, not before.
"""
