"""What a template means to CloudFormation."""
