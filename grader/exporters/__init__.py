"""What is made of Results: each file one format, each function pure.

terminal   what `grader check` and `grader grade` print
html       a report for a submission, an index for a class
csv        grades.csv
"""
