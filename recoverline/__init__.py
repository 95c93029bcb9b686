"""Recoverline: a missed call to a local business becomes a text conversation and a booked job."""
