"""What is thought of a fact: the policy language and its judge."""
