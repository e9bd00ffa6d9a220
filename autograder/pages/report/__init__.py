"""The class report: from what a class's folder holds to one web page."""
