"""Documents people give: read where they can do no harm, kept where nobody looks."""
