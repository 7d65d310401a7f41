"""Analytical workbench for schools with low educational results (ШНОР)."""
