"""What must hold in the ledger, as questions to the database whose answers are the rows where it does not."""
