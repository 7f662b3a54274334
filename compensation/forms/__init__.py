"""Forms of compensation. They check the shape of what was typed; the rules are the domain’s."""
