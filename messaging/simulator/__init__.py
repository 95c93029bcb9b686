"""The caller simulator: plays the carrier and the people who call, through signed webhooks like a real carrier's."""
