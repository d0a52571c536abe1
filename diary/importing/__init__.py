"""Files brought in: read in the background, shown as a preview, stored all or nothing, and taken back as a whole.

Every kind of file is turned into rows in the shape of the diary file; `clean` is the one door through which these
become rows of the diary.
"""
