"""Floor 2: the outside world. Each gateway is a Protocol, the real one, and a fake for tests."""
