"""Origins: where a carried journal came from, which journals and carrying both stand on."""
