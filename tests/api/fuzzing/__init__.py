"""What Schemathesis is given to run by."""
