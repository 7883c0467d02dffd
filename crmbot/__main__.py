"""`python -m crmbot` is the command `crmbot`."""

from crmbot.cli import main

main()
