// Package shell is the interactive shell: it reads SQL and dot-commands,
// answers them from a session, and says what may follow what is typed.
//
// A Shell takes its input from an Input, which yields one piece at a time: a
// dot-command, which is a line that begins with a dot, or statements, the last
// of which ends in a semicolon. A Script reads them from a file or a pipe; an
// editor on a terminal, which is the caller's, asks Complete whether a piece
// is complete, Shell.Suggest for what may follow the cursor, and History for
// what was typed before.
//
// An error of a statement is printed as DuckDB words it, with the place. What
// interrupts a statement does not end the shell.
package shell
