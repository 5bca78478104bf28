"""A class on several machines, by way of Dask: this package's modules are imported by who asks for that only.

card          what a worker must have in common with who started the run
parcels       the copy of a submission as bytes, and back
certificates  the one certificate of a cluster, and which addresses do without
tasks, bench  on a worker: functions that take and give text and bytes, and the desks that they hand in at
node          the program of a worker
plain         what of a pickle is read: a short list of names
scheduler     functions that run on the scheduler
bags          the line of who waits: several submissions go in one task
starter       the desk of who started the run, whose judges sit elsewhere
local         a cluster of one machine
engine        the workshop that ``grade --engine`` means

A submission crosses as bytes beside JSON, a result as JSON text. What pickles, is Dask: names of functions of this
package and their arguments, from who started the run to the scheduler and its workers. No process of a cluster takes a
pickle that names anything else.
"""
