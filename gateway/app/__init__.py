"""The app: what the gateway's processes are made of, each in a file of its own, so that none loads another's parts."""

NAME = "gateway"
