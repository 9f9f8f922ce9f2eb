"""What is owed: the entries of an account, what accrues on it, and its position on a day."""
