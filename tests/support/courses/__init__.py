"""Small nbgrader assignments of other fields, with answers and the marks that nbgrader gives."""
