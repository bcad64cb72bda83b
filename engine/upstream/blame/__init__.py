"""Who is to blame when a service does not do what was asked: one table, and how a reply is looked up in it."""
