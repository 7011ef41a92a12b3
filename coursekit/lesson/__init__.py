"""What a cell of a lesson talks to: checks of exercises, questions, progress."""
