"""What it earned: figures of a period, each defined once (`measures`) and each with the calls behind it."""
