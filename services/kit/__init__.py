"""What every service needs and no business word: time, storage, streams, calls, refusals, settings."""
