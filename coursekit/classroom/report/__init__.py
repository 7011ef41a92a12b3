"""What comes out of a graded class: tables, pages, the instructor's marks, and files for a platform."""
