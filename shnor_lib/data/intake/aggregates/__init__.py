"""Layouts in which results come counted by schools: reports of the ФИС ОКО and tables made from them (R8)."""
