"""The doctor's page: `reader` asks the diary, `words` says it, `sheet` is what comes of both, `pdf` sets it."""
