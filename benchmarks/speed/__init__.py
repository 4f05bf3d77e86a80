"""How fast the package is beside its peers: ratios of medians from one run, never times alone."""
