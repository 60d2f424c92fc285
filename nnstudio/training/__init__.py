"""Running a network on data: settings, session, the loop as a generator of events, evaluation."""
