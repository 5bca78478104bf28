"""The only place where student code is run function by function.

frames   the bytes between the grader and the student process: plain arrays and JSON, never pickles
student  the student process: loads the extracted code, plays scenarios, answers
loader   in the student process: turns extracted text into modules
client   in the grader: starts the student process, asks, keeps the time
processes   in the grader: the two ways to a student process, forked or started
forkserver  the clean parent of those that are forked
"""
