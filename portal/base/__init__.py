"""Floor 1: the instances that every part shares (database, log-in, CSRF, mail, languages, clock, public ids)."""
