"""Fork servers: processes that import modules once and fork a copy of themselves per request."""
