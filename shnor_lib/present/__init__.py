"""What people see: Russian words and numbers, figures, tables, pages of the notebooks, controls."""
