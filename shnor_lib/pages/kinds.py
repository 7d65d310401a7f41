"""Names of the pages, for those who need not draw them."""

KINDS = ("identification", "dynamics", "deficits", "credibility", "stability", "neighbours")
