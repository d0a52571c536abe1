"""What the pattern of a history means."""
