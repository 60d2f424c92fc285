"""Running a network on data: settings, the session, the loop as a generator of events, evaluation."""
