"""The faults of the fault test: the services it runs, the gates before them, and what is done to both."""
