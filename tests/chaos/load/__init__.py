"""The load of the fault test: writers, readers, and the history they leave."""
