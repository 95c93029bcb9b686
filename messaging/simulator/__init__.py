"""The caller simulator: plays the carrier and the people who call, through the same signed webhooks as a real carrier."""
