"""May we contact this person now, what must it hold, and until when? The law of contact."""
