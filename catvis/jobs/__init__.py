"""What can be computed: one kind of job a module, each named by all that its answer depends on; and its engine."""
