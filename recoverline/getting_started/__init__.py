"""What is left to set up, computed from what is there and never remembered."""
