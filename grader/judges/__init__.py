"""The unit of work: one submission goes in, one Result with its page comes out, in a process of its own.

server   a clean parent that holds the warm reference, and forks judges
judge    one of them: reads, extracts, judges, explains and renders; it may start nothing, connect to nothing, and see
         no files but the project's and its own folder
host     its end of the line: who gives it student processes
desk     the class's end: hands out submissions, gives what the judge asks for
watch    looks at a judge meanwhile, and ends it when it is late

Whatever a submission does to who reads it, it does to one judge. The class's process itself reads nothing of it: it
copies bytes, hands them out, stores what comes back and shows it. Between the two go JSON and descriptors, no pickles.
"""
