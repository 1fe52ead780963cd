"""Use cases, called by the app and the command line alike; one file per noun."""
