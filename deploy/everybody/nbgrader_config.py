"""nbgrader's configuration for everybody on the Hub: the course, and where its exchange is."""

import os

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.CourseDirectory.course_id = "convpool"
c.Exchange.root = os.environ.get("CONVPOOL_EXCHANGE", "/srv/convpool/exchange")
