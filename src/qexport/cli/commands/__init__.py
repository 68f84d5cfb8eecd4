"""One file a command, or a group of commands that belong together; `qexport.cli.main.COMMANDS` lists them."""
