"""What this machine, or the container that it looks like from inside, gives; standard library only.

groups     the control groups of this process, of both versions
gives      processors, memory, and how many submissions at a time these allow
shortage   whether memory or processes ran out, and whether that ended a process
users      who may read and write what
system     what differs from system to system

All of it is read below a root folder, so that tests can forge one.
"""
