"""``grades.db``: what is known of a class, in SQLite; one process writes at a time, others may read meanwhile.

schema   the tables, and how those of older versions become today's
lock     who writes into a folder of reports
records  what is kept: runs, results, changes of marks, overrides
reasons  why a result differs from the one before, by the names of what both are made of
store    the store itself: saved one by one as results come in, so that nothing is lost
rows     the lines of the gradebook: results, then what people set by hand, then the policy
opening  the store of a folder, with every trouble as a sentence
compare  two stores, or two runs of one, person by person
merge    shards and sections into one store
"""
