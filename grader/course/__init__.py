"""What a course is: a folder with a public and a secret half. The engine knows no exercise; all that it grades is here.

folder       course.toml, and which course a process grades
keys         refuses what a description cannot say, with the nearest thing that it can
modules      imports the Python files of both halves, wherever they lie
parts        the checks of the public half
assignments  what can be graded: the descriptions of the public half
catalogue    the known mistakes: made by the secret half, or their sentences as recorded in the public one
reference    the solutions of the secret half
"""
