"""What may being late cost at most, and when is a claim barred? The law of charges."""
