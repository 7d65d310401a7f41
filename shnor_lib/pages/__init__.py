"""Pages: the same notebook as a report and as a dashboard."""
