"""What is made of Results: each file one format, each function pure.

lines      a submission's result as lines, plain or with looks
terminal   what the commands print, with rich
github     what keeps students' text from giving commands to GitHub's runner
html       a report for a submission, an index for a class
csv        grades.csv

For other systems, as `grader export` writes them; ``targets`` lists them, ``rows`` says what is exported:
gradescope, prairielearn, classroom50, junit, sarif    of one person
nbgrader, json                                         of a class
canvas, moodle, blackboard    where things stand in a gradebook's own file, which ``roundtrip`` fills in: ``sheet``
                              keeps it byte for byte, ``matching`` tells who is who, ``numbers`` how they are written
canvas_rest                   the same over the network
"""
