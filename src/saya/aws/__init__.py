"""What AWS knows. Needs boto3, which is imported only where it is asked for."""
