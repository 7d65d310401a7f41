"""Tables, snapshots, intake of raw files, screening, and the synthetic region."""
