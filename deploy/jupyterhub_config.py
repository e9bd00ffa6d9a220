"""JupyterHub for a class: students' servers, and formgrader as a service for its instructors.

docs/jupyterhub.md says what has to be there first. Take this file in with `load_subconfig` and set
the rest behind it: how people sign in, where their servers run, the address and its certificate.
"""

import os
import subprocess
from pathlib import Path

# The environment with `pip install 'convpool-course[hub]'` that everybody's servers run in.
ENVIRONMENT = Path(os.environ.get("CONVPOOL_ENVIRONMENT", "/opt/convpool"))
# The checkout with solutions/ and exercises/, and the class folder: readable by the grader only.
COURSE = Path(os.environ.get("CONVPOOL_COURSE", "/srv/convpool/course"))
CLASS = Path(os.environ.get("CONVPOOL_CLASS", "/srv/convpool/class"))
# nbgrader's exchange: everybody may write into it (chmod 0777).
EXCHANGE = Path(os.environ.get("CONVPOOL_EXCHANGE", "/srv/convpool/exchange"))
# The account that owns COURSE and CLASS, and that grades; empty for the Hub's own account.
GRADER = os.environ.get("CONVPOOL_GRADER", "grader")
PORT = os.environ.get("CONVPOOL_PORT", "9999")
# Who may open formgrader.
INSTRUCTORS = os.environ.get("CONVPOOL_INSTRUCTORS", "instructor").split(",")

DEPLOY = Path(__file__).resolve().parent
EVERYBODY = str(DEPLOY / "everybody")
SHARED = {"CONVPOOL_EXCHANGE": str(EXCHANGE)}
# The images of Fashion-MNIST in one place, so that not every student downloads them.
if images := os.environ.get("FASHION_MNIST_DIR"):
    SHARED["FASHION_MNIST_DIR"] = images

# Learners see neither formgrader nor Create Assignment nor the list of courses.
for_learners = subprocess.run(
    [
        ENVIRONMENT / "bin" / "python",
        "-c",
        "from course.learner.lab import settings_path; print(settings_path(learner=True))",
    ],
    env={**os.environ, "JUPYTER_CONFIG_PATH": EVERYBODY},
    capture_output=True,
    text=True,
    check=True,
).stdout.strip()

# Each is added to what another configuration file has set.
c = get_config()  # type: ignore[name-defined]  # noqa: F821
python = str(ENVIRONMENT / "bin" / "python")
# An hour, in milliseconds, instead of 20 seconds.
c.ConfigurableHTTPProxy.command = [python, str(DEPLOY / "proxy.py"), "--proxy-timeout", "3600000"]
c.Spawner.cmd = [str(ENVIRONMENT / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.environment.update({**SHARED, "JUPYTER_CONFIG_PATH": for_learners})

service = {
    "name": "convpool",
    "url": f"http://127.0.0.1:{PORT}",
    "command": [
        str(ENVIRONMENT / "bin" / "autograder"),
        *("formgrader", "--hub", "--course", str(COURSE), "--class", str(CLASS)),
    ],
    "cwd": str(COURSE),
    "environment": {**SHARED, "JUPYTER_CONFIG_PATH": EVERYBODY},
    "oauth_no_confirm": True,
    # Without its service the Hub ends; the first imports on a busy machine take long.
    "timeout": 300,
}
c.JupyterHub.services.append(service | ({"user": GRADER} if GRADER else {}))
c.JupyterHub.load_groups.update({"formgrade-convpool": {"users": INSTRUCTORS}})
c.JupyterHub.load_roles.append(
    {
        "name": "formgrade-convpool",
        "scopes": ["access:services!service=convpool"],
        "groups": ["formgrade-convpool"],
    }
)
