"""Judges a run by what it left: the history, the store, the topics, the figures. Knows nothing of the server's code."""
