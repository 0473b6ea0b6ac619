"""The administrators' rooms: what concerns everybody on the site."""
