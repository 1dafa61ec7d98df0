"""The Serverless Framework's `serverless.yml`, read as its author wrote it and seen as the template that it becomes."""
