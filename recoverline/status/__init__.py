"""Whether it all works right now, in plain words and with what to do next; asked of the rows at each look."""
