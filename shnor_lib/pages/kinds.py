"""Names of the pages and of their parameters, for those who need not draw them."""

KINDS = ("identification", "dynamics", "deficits", "credibility", "stability", "neighbours")

# Parameters that try other settings than those of the method.
TRIED = ("threshold", "min_participants", "limb_b", "years", "series")
