"""What students may see of their results: a report each, in the folders or the zip that their platform takes.

cleaning  a row without seed, paths and whatever else is for staff
layouts   what the report of each person is called on each platform
writing   the folder or zip
"""
