"""Processes forked from a clean parent, so that what takes long to import is imported once a batch.

server  in the parent: one thread, no secrets; forks a child on request and cleans up after it
client  in the grader: starts the parent in the box, asks for children, ends them

Linux only. What a child does, what crosses to it and how it locks itself is the matter of those who use this:
grader.worker and grader.notebook.
"""
