"""What explorers are made of: figures, live runs, controls, and the explorer itself."""
