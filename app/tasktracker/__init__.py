"""Task Tracker: an api, a worker, a bot and the migrations of their database, in one package."""
