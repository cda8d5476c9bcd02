"""The test runner behind scripts/run-tests: which suites there are, how they run, how they are counted."""
