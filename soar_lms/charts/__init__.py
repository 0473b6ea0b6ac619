"""Charts as SVG. Pure: numbers and words in, safe markup out; it knows no request and no database.

A chart is drawn in percent of its width and in lines of its text (em), never in pixels: it is as
wide as its place, and its text is as large as the text around it, on a phone and at 400 % zoom.
Colours are classes of the style sheet. What a chart shows is said in its description, and its page
has the same numbers as a table.
"""
