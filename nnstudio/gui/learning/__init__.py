"""What the learning curves are made of: figures of runs, readings, options, taking along."""
