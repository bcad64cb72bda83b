"""What stands before each service: quota, breaker and credentials, shared by all workers through the job store."""
