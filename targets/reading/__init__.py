"""The reader of numbers in Chinese running text: a grammar in the open, no model.

`words` holds the tables, `numerals` reads a number, `amounts` finds those of a text that
count something, `indicators` proposes promises from a standard, `values` proposes what a
report says of them. Everything is linear in the text, and nothing backtracks.
"""
