"""Plans of the hot queries: how the databases go about them, and that nothing that grows is read as a whole."""
