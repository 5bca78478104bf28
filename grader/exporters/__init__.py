"""What is made of Results: each file one format, each function pure.

lines      a submission's result as lines, plain or with looks
terminal   what the commands print, with rich
github     what keeps students' text from giving commands to GitHub's runner
html       a report for a submission, an index for a class
csv        grades.csv
"""
