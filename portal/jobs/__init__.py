"""What time moves: one file per job. Each asks the database what is due now, and may be run again at any time."""
