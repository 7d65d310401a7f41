"""Screening: what is wrong with the data that were read, one check, one function, one kind of finding."""
