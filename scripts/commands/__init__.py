"""What scripts/document-commands makes of the programs' own help."""
