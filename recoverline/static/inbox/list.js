/* Adds to the list: choosing rows. Everything works without this file. */
