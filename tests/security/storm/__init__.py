"""What the proofs stand on: places to run a server in, and many requests at once."""
