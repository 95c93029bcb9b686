"""How the threads of a process share its interpreter."""

import sys

# Whoever waits for the database or the carrier waits for the interpreter after each answer. At Python's 5 ms beside
# eight computing threads ten round trips took 762 ms, at 1 ms 143, and the computing lost a tenth.
SWITCH_SECONDS = 0.001


def let_waiting_threads_in() -> None:
    """For processes in which some threads compute (pages, the robot's turns) while others only pass something on."""
    sys.setswitchinterval(SWITCH_SECONDS)
