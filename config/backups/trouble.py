"""What can go wrong with a backup."""


class BackupTrouble(Exception):  # noqa: N818
    """Says in a sentence or two what is wrong and what to do; nothing was changed."""
