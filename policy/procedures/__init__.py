"""What a country asks for beside its law of contact: each procedure in one module, all in one table."""
