/* The field for an answer: everything works without this file. */
