"""Floor 4: writes. One verb each; the only place that changes anything."""
