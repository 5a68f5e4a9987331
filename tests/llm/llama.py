"""llama.cpp's own HTTP server in a process of its own, on a free port: python -m tests.llm.llama MODEL."""

from __future__ import annotations

import sys
import threading


def main(path: str) -> None:
    """Print the address, and serve until the process is ended."""
    from xllamacpp import CommonParams, Server, llama_pooling_type

    params = CommonParams()
    params.model.path = path
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # more would spin for one another
    params.embedding = True
    params.pooling_type = llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.chat_template = "chatml"
    params.warmup = False
    params.offline = True
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
