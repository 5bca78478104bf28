"""From paths to submissions: files are read as text, refusals are one sentence.

reading   one submission: a notebook, a module or a folder
layouts   what a path holds: one submission, or a folder of them
"""
