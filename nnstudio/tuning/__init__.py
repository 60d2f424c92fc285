"""Many runs of one project: how well a design does, rather than one training of it."""
