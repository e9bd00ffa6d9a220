"""JupyterLab's server, started two seconds sooner than by `python -m jupyterlab`."""

import sys

from course.notebook.unused_formats import leave_out_formats

if __name__ == "__main__":
    leave_out_formats()
    from jupyterlab.labapp import main

    sys.exit(main())
