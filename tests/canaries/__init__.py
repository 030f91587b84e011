"""Words that stand in everything that people write, looked for wherever a machine could keep them."""
