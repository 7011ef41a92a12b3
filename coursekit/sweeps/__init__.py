"""Many networks: a grid of settings, trained in chunks, with results on named axes."""
