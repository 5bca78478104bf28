"""Grading a class.

store     grades.db: every result as it comes in, so that nothing is lost
classes   several submissions, side by side, each into its own folder
"""
