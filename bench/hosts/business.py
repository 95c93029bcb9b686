"""The business of the robot's benchmark without limits on how many texts may leave. Prints its account's key."""

from bench import daytime, robot
from leads.models import Business

NO_LIMIT = 10**6


def main() -> None:
    robot.main()
    Business.objects.update(
        number_texts_per_hour=NO_LIMIT, texts_per_hour=NO_LIMIT, texts_per_day=NO_LIMIT,
        countries_served=daytime.COUNTRIES,
    )  # fmt: skip
