"""Whether what clients saw of one session, all at once, can have happened one after the other."""
