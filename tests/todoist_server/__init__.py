"""A Todoist on the loopback interface, behaving as the published API does for what oO uses."""
