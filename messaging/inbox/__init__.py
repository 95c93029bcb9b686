"""The shared inbox: what people see of conversations, and what they do with them."""
