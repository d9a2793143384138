"""One room a notebook: its explorer, the models behind it, its exercises and their solutions.

No chapter imports another; what two of them need lies on a floor below.
"""
