"""Assignments: release, check and grade notebooks; knows nothing of the maths."""
