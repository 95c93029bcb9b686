"""How long the reports take."""
