"""The rules: pure functions of a history and a date. No Django, no clock, no randomness, no query."""
