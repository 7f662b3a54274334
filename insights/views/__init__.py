"""Browser doors of Insights: the figures, and what each was counted from."""
