"""The command `zhike`: thin; every subcommand is one call of a door."""
