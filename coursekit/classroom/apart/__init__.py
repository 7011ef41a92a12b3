"""Everything that touches a learner's code: it runs apart, within limits."""
