"""Forms and lists about schools: questionnaires, passports, official lists."""
