"""The purge of a workspace that was closed 90 days ago, in small steps that any process may go on with."""
