"""Plans of support: audits of factors, constructors of measures, roadmaps, targets, risk profiles."""
