"""The tests: one file for each module, and a few for the whole."""
