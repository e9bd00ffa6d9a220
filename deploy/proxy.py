"""JupyterHub's proxy in Python, for a class.

By itself it forwards ten requests at a time and gives up on each after 20 seconds. A server that
starts holds one for as long as that takes, and so does formgrader while it grades.
"""

from configurable_http_proxy.cli import main
from tornado.httpclient import AsyncHTTPClient

AsyncHTTPClient.configure(None, max_clients=1000)
main()
