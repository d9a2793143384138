"""The fast loops behind network, kernel and descent: read only for speed."""
