"""What the simulator cannot do."""


class SimulatorError(Exception):
    """Its text is for the person at the simulator."""
