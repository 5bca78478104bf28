"""From paths to submissions: files are read as text, refusals are one sentence.

archives   zips, unpacked safely
snapshot   one private copy, which is read, graded and run
notebooks  the code cells of a notebook
reading    one submission: a notebook, a module, a folder or a zip
layouts    what a path holds: one submission, or a folder of them
"""
