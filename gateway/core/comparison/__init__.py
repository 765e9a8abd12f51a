"""Two CSMSs held against each other: answers, commands and sessions, by tables with reasons."""
