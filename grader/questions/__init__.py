"""Inline questions: what students answer in words, in the text cells of their notebook. No marks hang on it.

markers    the lines that begin a question or an answer, and placeholders, in English and Chinese
cells      from text cells to questions and answers as they stand there
declared   the questions that an assignment names, and the right choices, which do not ship
choices    which options an answer picks
answers    all of it together: the Questions of a Result
"""
