"""What the tests stand on: databases, servers, a browser, a mail server. Fixtures over these are in conftest.py."""
