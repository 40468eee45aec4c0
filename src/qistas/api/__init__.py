"""The HTTP door. Routes are thin: parse, one use-case, answer."""
