"""People from files and into files: what an import would do, doing it, and the pages of both."""
