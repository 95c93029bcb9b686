"""Placeholder until the simulator's own adapter is written."""

from messaging.carriers.twilio import TwilioCarrier


class SimulatorCarrier(TwilioCarrier):
    pass
