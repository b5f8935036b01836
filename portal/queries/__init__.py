"""Floor 3: reads. What a screen or a job needs, as plain result objects."""
