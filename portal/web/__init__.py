"""Floor 5: pages. Blueprints, forms and presentation."""
