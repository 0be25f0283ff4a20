"""The ledger at rest: state locked and read, batches appended and sealed, holds, grants, and the past."""
