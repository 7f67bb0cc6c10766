"""How the bundled encoder is made: `python -m indexing.train <step>`, every number in `recipe.toml`."""
