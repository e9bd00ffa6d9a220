"""The open exercise `improve`: each network trained in the sandbox, judged outside it."""
