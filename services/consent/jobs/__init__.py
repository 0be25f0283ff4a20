"""The door of the consent service for what is timed, and for what an operator has looked through."""
