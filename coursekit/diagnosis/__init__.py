"""Why is it wrong? What a learner wrote, compared with known mistakes."""
